//! Replays every input of every corpus.

use std::fs;
use std::path::Path;

fn replay(name: &str, target: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut inputs = 0;
    for entry in fs::read_dir(&corpus).expect("a folder for each target") {
        let path = entry.expect("an input").path();
        // The test's output names the input that a panic is about.
        println!("{}", path.display());
        target(&fs::read(&path).expect("a readable input"));
        inputs += 1;
    }
    assert!(inputs > 0, "{} has no inputs", corpus.display());
}

macro_rules! replayed {
    ($($target:ident)*) => {$(
        #[test]
        fn $target() {
            replay(stringify!($target), ndarray_init_fuzz::$target);
        }
    )*};
}
replayed! { configuration einsum fill header parameters }
