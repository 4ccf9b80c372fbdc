//! Random matrices with orthonormal rows or columns. Knows no arrays but those, and no layouts.

use crate::element::{Entry, Format, Scalar, for_each_element};
use crate::fill::{self, Content};
use crate::laws::{AnyLaw, Normal};
use crate::stream::Key;
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_upper_triangular_in_place as solve_upper;
use faer::reborrow::{Reborrow, ReborrowMut};
use faer::traits::math_utils;
use faer::{Accum, Mat, MatMut, Par};
use ndarray::Array2;
use std::any::{Any, TypeId};

/// How many reflections are applied at once. The products run fastest with some 100 of them; more
/// are more work on the blocks themselves.
const BLOCK: usize = 96;

/// A function for each element type, and one that calls that of its own.
macro_rules! compiled {
    ($($(#[$cfg:meta])? $haar:ident: $_element:ty, $_arithmetic:ty, $entry:ty;)*) => {
        $(
            $(#[$cfg])?
            fn $haar(rows: usize, columns: usize, key: Key) -> Array2<$entry> {
                matrix(rows, columns, key)
            }
        )*

        /// A matrix whose vectors along its shorter side are orthonormal, and as likely as any other such
        /// matrix: the law of Haar.
        ///
        /// It calls functions that are not generic, so that faer's products are compiled with this crate
        /// alone, and not in each crate that fills arrays.
        pub(super) fn haar<A: Entry>(rows: usize, columns: usize, key: Key) -> Array2<A> {
            $(
                $(#[$cfg])?
                if TypeId::of::<A>() == TypeId::of::<$entry>() {
                    let matrix: Box<dyn Any> = Box::new($haar(rows, columns, key));
                    return *matrix.downcast().expect("both are the same type");
                }
            )*
            unreachable!("there is no other element type");
        }
    };
}
for_each_element!(compiled);

fn matrix<A: Entry>(rows: usize, columns: usize, key: Key) -> Array2<A> {
    let mut matrix = Array2::from_elem((rows, columns), A::default());
    let elements = matrix.as_slice_mut().expect("a new array is contiguous");
    let q = MatMut::from_row_major_slice_mut(elements, rows, columns);
    if rows < columns {
        orthonormalize(q.transpose_mut(), key);
    } else {
        orthonormalize(q, key);
    }
    matrix
}

/// Writes the m × n matrix Q of Haar's law, m ≥ n, over zeros.
///
/// That is Q of the QR decomposition of a matrix of N(0, 1), its columns multiplied by the signs
/// of R's diagonal, or by its phases where entries are complex (Mezzadri 2007). R is not wanted, and
/// neither is the matrix: what is left of it when a reflection was applied is again a matrix of
/// N(0, 1), and independent of the reflection.
/// So each is made of a vector of new numbers (Stewart 1980):
///
/// Q = H₁ ⋯ Hₙ · I · diag(r), Hₖ x = rₖ ‖x‖ eₖ for x of m − k + 1 numbers, rₖ = −x₁ / |x₁|
///
/// Blocks of reflections are I − V T⁻¹ V*, where the columns of V are x − rₖ ‖x‖ eₖ, and T is the
/// upper triangle with T + T* = V* V (Puglisi 1992). The last block comes first, so that each meets
/// only those columns that are not the identity's any more.
fn orthonormalize<A: Entry>(mut q: MatMut<'_, A>, key: Key) {
    let (m, n) = q.shape();
    let one: A = math_utils::one();
    let half = A::Arithmetic::ONE / A::Arithmetic::TWO;
    let minus_one = math_utils::neg(&one);
    let mut v = Mat::zeros(m, BLOCK.min(n));
    let mut vt_v = Mat::zeros(BLOCK.min(n), BLOCK.min(n));
    let mut new = Mat::zeros(BLOCK.min(n), BLOCK.min(n));
    // The products are fastest when the two others they meet have the same memory order.
    let row_major = q.col_stride() == 1;
    let mut old = if row_major { Mat::zeros(n, BLOCK.min(n)) } else { Mat::zeros(BLOCK.min(n), n) };

    for start in (0..n).step_by(BLOCK).rev() {
        let size = BLOCK.min(n - start);
        let below = q.rb_mut().submatrix_mut(start, start, m - start, n - start);
        let (mut panel, right) = below.split_at_col_mut(size);

        let mut v = v.as_mut().submatrix_mut(0, 0, m - start, size);
        let mut signs = [one; BLOCK];
        for (j, sign) in signs[..size].iter_mut().enumerate() {
            let column = v.rb_mut().col_mut(j).try_as_col_major_mut().expect("a matrix' column");
            let (above, x) = column.as_slice_mut().split_at_mut(j);
            above.fill(A::default());
            *sign = reflection(x, key.fork_index((start + j) as u64));
        }
        let v = v.rb();
        let mut t = vt_v.as_mut().submatrix_mut(0, 0, size, size);
        matmul(t.rb_mut(), Accum::Replace, v.adjoint(), v, one, Par::Seq);
        for j in 0..size {
            t[(j, j)] = math_utils::mul_real(&t[(j, j)], &half);
        }
        let t = t.rb();

        // The block's own columns: diag(r) − V T⁻¹ V₁* diag(r), V₁ being the rows of the block.
        let mut new = new.as_mut().submatrix_mut(0, 0, size, size);
        for (j, &sign) in signs[..size].iter().enumerate() {
            for i in 0..size {
                new[(i, j)] = math_utils::mul(&math_utils::conj(&v[(j, i)]), &sign);
            }
        }
        solve_upper(t, new.rb_mut(), Par::Seq);
        matmul(panel.rb_mut(), Accum::Replace, v, new.rb(), minus_one, Par::Seq);
        for (j, &sign) in signs[..size].iter().enumerate() {
            panel[(j, j)] = math_utils::add(&panel[(j, j)], &sign);
        }

        // Those right of them, C, which are still zero in the rows of the block.
        let columns = right.ncols();
        if columns > 0 {
            let par = par(size * (m - start) * columns);
            let (c1, c2) = right.split_at_row_mut(size);
            let (v1, v2) = v.split_at_row(size);
            let mut old = if row_major {
                old.as_mut().submatrix_mut(0, 0, columns, size).transpose_mut()
            } else {
                old.as_mut().submatrix_mut(0, 0, size, columns)
            };
            matmul(old.rb_mut(), Accum::Replace, v2.adjoint(), c2.rb(), one, par);
            solve_upper(t, old.rb_mut(), Par::Seq);
            matmul(c1, Accum::Replace, v1, old.rb(), minus_one, par);
            matmul(c2, Accum::Add, v2, old.rb(), minus_one, par);
        }
    }
}

/// Draws x and makes it the vector of the reflection that maps it onto the first axis; returns the
/// sign of where it maps it to, or the phase.
fn reflection<A: Entry>(x: &mut [A], key: Key) -> A {
    let normal = Normal::new(0.0, 1.0).expect("a deviation of 1");
    fill::onto_slice(x, &Content::Drawn(AnyLaw::Law(normal.into()), key));
    let parts = |x: &A| x.parts().map(Scalar::into_f64);
    // Not one sum but eight, for vector units.
    let mut squares = [0.0; 8];
    for chunk in x.chunks(8) {
        for (sum, x) in squares.iter_mut().zip(chunk) {
            let [re, im] = parts(x);
            *sum += re * re + im * im;
        }
    }
    let norm = A::Arithmetic::from_f64(squares.iter().sum::<f64>().sqrt());
    let [re, im] = parts(&x[0]);
    let modulus = (re * re + im * im).sqrt();
    let phase = if modulus == 0.0 {
        math_utils::one()
    } else {
        let [re, im] = [re, im].map(|part| A::Arithmetic::from_f64(part / modulus));
        A::from_parts(re, im)
    };
    // Away from zero, where nothing cancels.
    x[0] = math_utils::add(&x[0], &math_utils::mul_real(&phase, &norm));
    math_utils::neg(&phase)
}

/// The threads for a product of so many multiplications: those of rayon's current pool, if there
/// is enough for them to do. They share the work by parts of the result, which so is the same.
#[cfg(feature = "rayon")]
fn par(multiplications: usize) -> Par {
    const WORTHWHILE: usize = 1 << 24;
    if multiplications >= WORTHWHILE && rayon::current_num_threads() > 1 {
        Par::rayon(0)
    } else {
        Par::Seq
    }
}

/// One thread.
#[cfg(not(feature = "rayon"))]
fn par(_multiplications: usize) -> Par {
    Par::Seq
}
