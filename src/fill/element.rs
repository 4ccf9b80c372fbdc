//! The public trait of element types.

use super::Indices;
use super::draw::Source;
#[cfg(feature = "half")]
use super::half::{rounded, to_bf16, to_f16};
use super::target::Target;
use crate::element::{Entry, Format};
use crate::laws::AnyLaw;
use crate::stream::Key;
use std::mem::MaybeUninit;

/// A type that arrays can be filled with: `f32` or `f64`, with the feature `half` also `f16` or `bf16`,
/// and with the feature `complex` also `Complex<f32>` or `Complex<f64>`.
///
/// Values of `f16` and `bf16` are computed in `f32` and rounded once, to nearest, ties to even: an
/// array of `bf16` is the `f32` array of the same key, rounded, and held inside the law's bounds.
///
/// A complex element takes two random words. A real law stands for the circular one, which is the same
/// in all directions, with the same mean and variance; [`ComplexNormal`](crate::ComplexNormal) and its
/// like are these laws on their own.
///
/// Sealed: the stream contract fixes each element type's bits, down to how a value is rounded, and a
/// type of another crate would have to be held to it without ever being tested here. For a type of
/// your own, such as a wrapper or a fixed-point number, fill an array of one of these and convert it
/// by ndarray's `mapv`.
///
/// The bound brings no operation into generic code; arithmetic comes from whatever trait that code
/// uses for it:
///
/// ```
/// use ndarray_init::ndarray::{Array2, LinalgScalar};
/// use ndarray_init::{Element, InitError, InitExt, Key, VarianceScaling};
///
/// /// x W for a layer with new weights.
/// fn layer<A: Element + LinalgScalar>(x: &Array2<A>, outputs: usize) -> Result<Array2<A>, InitError> {
///     let he = VarianceScaling::he_normal();
///     let w = Array2::<A>::init((x.ncols(), outputs), &he, Key::new(1).fork("layer"))?;
///     Ok(x.dot(&w))
/// }
///
/// let y = layer(&Array2::<f64>::ones((3, 784)), 10)?;
/// assert_eq!(y.dim(), (3, 10));
/// # Ok::<(), InitError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "arrays of `{Self}` have no initial weights here",
    label = "the element types are `f32` and `f64`, `f16` and `bf16` with the feature `half`, \
             `Complex<f32>` and `Complex<f64>` with the feature `complex`"
)]
pub trait Element: Format {
    /// The type that matrices are computed in.
    #[doc(hidden)]
    type Entry: Entry<Arithmetic = Self::Arithmetic> + Element;

    /// Writes what the law gives for the key's words.
    ///
    /// A method of each type, and no generic function: the loops behind it are long, and so they are
    /// compiled with this crate alone, as fast as its own profile says.
    #[doc(hidden)]
    fn draw(target: Target<'_, Self>, law: &AnyLaw, key: Key, indices: Option<&Indices>);

    /// Has numbers computed, in `out` or in a buffer from which they are rounded to it. At most a block.
    #[doc(hidden)]
    fn write_numbers(
        out: &mut [MaybeUninit<Self>],
        compute: impl FnOnce(&mut [MaybeUninit<Self::Entry>]) -> &[Self::Entry],
    );
}

macro_rules! element {
    ($($(#[$cfg:meta])? $element:ty, $entry:ty, |$out:ident, $compute:ident| $write:expr;)*) => {$(
        $(#[$cfg])?
        impl Element for $element {
            type Entry = $entry;

            fn draw(target: Target<'_, Self>, law: &AnyLaw, key: Key, indices: Option<&Indices>) {
                target.draw(&Source::new(law, key, indices));
            }

            #[inline(always)]
            fn write_numbers(
                $out: &mut [MaybeUninit<Self>],
                $compute: impl FnOnce(&mut [MaybeUninit<$entry>]) -> &[$entry],
            ) {
                $write
            }
        }
    )*};
}
element! {
    f32, f32, |out, compute| { compute(out); };
    f64, f64, |out, compute| { compute(out); };
    #[cfg(feature = "half")]
    half::f16, f32, |out, compute| rounded(out, compute, to_f16);
    #[cfg(feature = "half")]
    half::bf16, f32, |out, compute| rounded(out, compute, to_bf16);
    #[cfg(feature = "complex")]
    num_complex::Complex<f32>, Self, |out, compute| { compute(out); };
    #[cfg(feature = "complex")]
    num_complex::Complex<f64>, Self, |out, compute| { compute(out); };
}
