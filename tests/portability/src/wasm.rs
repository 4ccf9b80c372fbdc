//! Functions for `run.mjs`: WebAssembly has no standard output.

use std::sync::LazyLock;

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = crate::lines().expect("these arrays suit their initializers").join("\n");
    text.push('\n');
    text
});

/// Where the text begins in memory.
#[unsafe(no_mangle)]
extern "C" fn text_start() -> *const u8 {
    TEXT.as_ptr()
}

/// The text's bytes.
#[unsafe(no_mangle)]
extern "C" fn text_len() -> usize {
    TEXT.len()
}
