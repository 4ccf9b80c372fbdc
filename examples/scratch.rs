use ndarray_init::ndarray::*;
use ndarray_init::*;
use std::time::Instant;
fn t(name: &str, n: usize, mut f: impl FnMut()) {
    let reps = ((1usize << 22) / n).max(1);
    let mut v = vec![];
    for _ in 0..15 {
        let s = Instant::now();
        for _ in 0..reps {
            f();
        }
        v.push(s.elapsed().as_secs_f64() * 1e9 / (n * reps) as f64);
    }
    v.sort_by(|a, b| a.total_cmp(b));
    println!("{name:24} {n:9} {:.3} min {:.3}", v[7], v[0]);
}
fn main() {
    let which = std::env::args().nth(1).unwrap_or_default();
    for n in [64usize, 1024, 1 << 16, 1 << 24] {
        if !which.is_empty() && which != n.to_string() {
            continue;
        }
        let mut a = Array1::<f32>::zeros(n);
        let mut d = Array1::<f64>::zeros(n);
        t("fill", n, || a.fill(std::hint::black_box(1.0)));
        let u = Uniform::new(-0.1, 0.1).unwrap();
        let nn = Normal::new(0.0, 0.1).unwrap();
        let tn = TruncatedNormal::in_sigmas(0.0, 0.1, -2., 2.).unwrap();
        let k = Key::new(7);
        t("uniform f32", n, || a.fill_init(&u, k).unwrap());
        t("normal f32", n, || a.fill_init(&nn, k).unwrap());
        t("trunc f32", n, || a.fill_init(&tn, k).unwrap());
        t("uniform f64", n, || d.fill_init(&u, k).unwrap());
        t("normal f64", n, || d.fill_init(&nn, k).unwrap());
        t("trunc f64", n, || d.fill_init(&tn, k).unwrap());
    }
    if which.is_empty() || which == "L" {
        let k = Key::new(7);
        let nn = Normal::new(0.0, 0.1).unwrap();
        let n = 1 << 24;
        let mut f = Array2::<f32>::zeros((4096, 4096).f());
        t("F order normal", n, || f.fill_init(&nn, k).unwrap());
        let mut f = Array2::<f32>::zeros((8192, 4096));
        let mut v = f.slice_mut(s![..;2,..]);
        t("rows;2 normal", n, || v.fill_init(&nn, k).unwrap());
        let mut f = Array2::<f32>::zeros((4096, 8192));
        let mut v = f.slice_mut(s![..,..;2]);
        t("cols;2 normal", n, || v.fill_init(&nn, k).unwrap());
    }
}
