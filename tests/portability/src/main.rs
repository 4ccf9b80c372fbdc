//! Prints the digests.
//!
//! With the argument `with-avx2` or `without-avx2`, the program fails on other x86 processors: an
//! emulator that ignores what it was asked for would test nothing.

fn main() -> Result<(), ndarray_init::InitError> {
    if let Some(expected) = std::env::args().nth(1) {
        assert_eq!(vector_unit(), expected, "this processor is another one");
    }
    for line in digests::lines()? {
        println!("{line}");
    }
    Ok(())
}

fn vector_unit() -> &'static str {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        return "with-avx2";
    }
    if cfg!(any(target_arch = "x86", target_arch = "x86_64")) { "without-avx2" } else { "not-x86" }
}
