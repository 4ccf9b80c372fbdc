//! Random matrices with orthonormal rows or columns.

use crate::element::Entry;
use crate::fill::{self, Content, Element};
use crate::laws::{AnyLaw, Normal};
use crate::math::Float;
use crate::stream::Key;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayViewMut1, ArrayViewMut2, Axis, Slice, s};

/// Reflections that are applied at once. With more of them, products run faster, but T takes longer.
const BLOCK: usize = 64;

/// Columns that are one task. The number is fixed, so that values do not depend on the threads.
const PANEL: usize = 256;

/// The least number of elements of a product that repays waking other threads.
#[cfg(feature = "rayon")]
const WORTHWHILE: usize = 1 << 17;

/// A matrix whose vectors along its shorter side are orthonormal, and as likely as any other such
/// matrix: the law of Haar.
pub(super) fn haar<A: Entry + Element>(rows: usize, columns: usize, key: Key) -> Array2<A> {
    let mut matrix = Array2::zeros((rows, columns));
    let q = matrix.view_mut();
    orthonormalize(if rows < columns { q.reversed_axes() } else { q }, key);
    matrix
}

/// Writes the m × n matrix Q of Haar's law, m ≥ n, over zeros.
///
/// The QR decomposition of a matrix of N(0, 1) gives Q, if Q's columns are multiplied by the signs of R's
/// diagonal, or by its phases where entries are complex (Mezzadri 2007). Neither R nor the matrix is
/// computed: after each reflection, the rest of the matrix is again one of N(0, 1), and independent of
/// the reflection. So each reflection is made from a vector of new numbers (Stewart 1980):
///
/// Q = H₁ ⋯ Hₙ · I · diag(r), Hₖ x = rₖ ‖x‖ eₖ for x of m − k + 1 numbers, rₖ = −x₁ / |x₁|
///
/// A block of reflections is I − V T⁻¹ V*, where the columns of V are x − rₖ ‖x‖ eₖ, and T is the
/// upper triangle with T + T* = V* V (Puglisi 1992). The blocks are applied from the last to the first: the
/// columns to the left of a block are still those of diag(r), and the block leaves them as they are.
fn orthonormalize<A: Entry + Element>(mut q: ArrayViewMut2<'_, A>, key: Key) {
    let (m, n) = q.dim();
    for start in (0..n).step_by(BLOCK).rev() {
        let size = BLOCK.min(n - start);
        let mut v = Array2::zeros((size, m - start));
        for (j, mut v) in v.rows_mut().into_iter().enumerate() {
            let k = start + j;
            q[(k, k)] = reflection(v.slice_mut(s![j..]), key.part(k as u64));
        }
        // general_mat_mul does not conjugate.
        let v_star = v.mapv(|x| {
            let [re, im] = x.parts();
            A::from_parts(re, -im)
        });
        let v = v.t();
        let t_inverse = inverse(v_star.dot(&v));
        let apply = |mut panel: ArrayViewMut2<'_, A>, not_zero: Slice| {
            let c = panel.slice_axis(Axis(0), not_zero);
            let w = t_inverse.dot(&v_star.slice_axis(Axis(1), not_zero).dot(&c));
            general_mat_mul(-A::one(), &v, &w, A::one(), &mut panel);
        };
        let rest = q.slice_mut(s![start.., start..]);
        let (own, right) = rest.split_at(Axis(1), size);
        apply(own, Slice::from(..size));
        in_panels(right, |panel| apply(panel, Slice::from(size..)));
    }
}

/// Calls `f` for all panels of columns: on the threads of rayon's current pool, if the matrix is large
/// enough to pay for waking them.
fn in_panels<A: Entry + Element>(
    mut matrix: ArrayViewMut2<'_, A>,
    f: impl Fn(ArrayViewMut2<'_, A>) + Send + Sync,
) {
    #[cfg(feature = "rayon")]
    if matrix.len() >= WORTHWHILE && rayon::current_num_threads() > 1 {
        use rayon::iter::{ParallelBridge, ParallelIterator};
        return matrix.axis_chunks_iter_mut(Axis(1), PANEL).par_bridge().for_each(f);
    }
    matrix.axis_chunks_iter_mut(Axis(1), PANEL).for_each(f);
}

/// T⁻¹ of V* V, column by column: each needs those before it.
fn inverse<A: Entry + Element>(mut t: Array2<A>) -> Array2<A> {
    for j in 0..t.nrows() {
        t.slice_mut(s![j, ..j]).fill(A::zero());
        let diagonal = (A::one() + A::one()) / t[(j, j)];
        t[(j, j)] = diagonal;
        // A copy, since products of a contiguous vector are several times as fast.
        let column = t.slice(s![..j, j]).to_owned();
        let column = t.slice(s![..j, ..j]).dot(&column);
        for (t, x) in t.slice_mut(s![..j, j]).iter_mut().zip(column) {
            *t = -x * diagonal;
        }
    }
    t
}

/// Draws x, and replaces x by the vector of the reflection that maps x onto the first axis. Returns rₖ, the
/// sign or the phase of the image on this axis.
fn reflection<A: Entry + Element>(mut x: ArrayViewMut1<'_, A>, key: Key) -> A {
    let normal = Normal::new(0.0, 1.0).expect("a deviation of 1");
    fill::onto(&mut x, &Content::Drawn(AnyLaw::Law(normal.into()), key), None);
    let of_f64 = |parts: [f64; 2]| {
        let [re, im] = parts.map(A::Arithmetic::from_f64);
        A::from_parts(re, im)
    };
    let square = |x: &A| {
        let [re, im] = x.parts().map(Float::into_f64);
        re * re + im * im
    };
    let norm = x.iter().map(square).sum::<f64>().sqrt();
    let modulus = square(&x[0]).sqrt();
    let phase = if modulus == 0.0 {
        A::one()
    } else {
        of_f64(x[0].parts().map(|part| part.into_f64() / modulus))
    };
    // Away from zero, where nothing cancels.
    x[0] = x[0] + phase * of_f64([norm, 0.0]);
    -phase
}
