use ndarray_init::{Normal, TruncatedNormal, rand::RngCore, rand_distr::Distribution};
struct W(u64);
impl RngCore for W {
    fn next_u32(&mut self) -> u32 {
        self.0 as u32
    }
    fn next_u64(&mut self) -> u64 {
        self.0
    }
    fn fill_bytes(&mut self, _: &mut [u8]) {}
}
fn main() {
    let mode = std::env::args().nth(1).unwrap();
    let step: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let n = Normal::new(0., 1.).unwrap();
    let t2 = TruncatedNormal::in_sigmas(0., 1., -2., 2.).unwrap();
    let ta = TruncatedNormal::in_sigmas(0., 1., -1., 2.5).unwrap();
    let th = TruncatedNormal::in_sigmas(0., 1., 1., f64::INFINITY).unwrap();
    let far = TruncatedNormal::in_sigmas(0., 1., 6., 8.).unwrap();
    let f = |w: u64| -> f32 {
        match &*mode {
            "n" => n.sample(&mut W(w)),
            "t2" => t2.sample(&mut W(w)),
            "ta" => ta.sample(&mut W(w)),
            "th" => th.sample(&mut W(w)),
            _ => far.sample(&mut W(w)),
        }
    };
    // f64 reference: same fraction, w<<32 | half
    let g = |w: u64| -> f64 {
        let w = (w as u32 as u64) << 32 | 0x80000000;
        match &*mode {
            "n" => n.sample(&mut W(w)),
            "t2" => t2.sample(&mut W(w)),
            "ta" => ta.sample(&mut W(w)),
            "th" => th.sample(&mut W(w)),
            _ => far.sample(&mut W(w)),
        }
    };
    let hs: Vec<_> = (0..2)
        .map(|h| {
            let lo = if h == 0 { i32::MIN } else { 0 };
            let hi = if h == 0 { -1 } else { i32::MAX };
            (lo, hi)
        })
        .collect();
    std::thread::scope(|s| {
        for &(lo, hi) in &hs {
            let f = &f;
            let g = &g;
            s.spawn(move||{
  let ord=|x:f32|{let b=x.to_bits() as i32; (b^((b>>31)&i32::MAX)) as i64};
  // adjacent pairs in windows of 1000 each `step`
  let mut worst=0i64; let mut ww=0; let mut rel=0f64; let mut rw=0; let mut absr=0f64; let mut ulps=0f64;
  let mut w=lo as i64; 
  while w<hi as i64 { let mut last=i64::MIN; for k in 0..256i64{ let x=w+k; if x>hi as i64{break;} let v=f(x as u64); let o=ord(v); if last-o>worst && last!=i64::MIN{worst=last-o; ww=x;} last=o;
     if k%16==0 { let r=g(x as u64); let e=((v as f64-r)/r).abs(); if e>rel{rel=e;rw=x;} absr=absr.max((v as f64-r).abs()); let ulp=(r as f32).abs(); let u=(ulp.next_up()-ulp) as f64; ulps=ulps.max((v as f64-r).abs()/u);} }
     w+=256*step as i64 - if step==1{1}else{0}; }
  println!("{lo}..{hi}: down {worst} at {ww} = {}, rel {rel:.3e} at {rw} z={}, abs {absr:.3e} ulps {ulps:.2}",f(ww as u64),f(rw as u64));
 });
        }
    });
}
