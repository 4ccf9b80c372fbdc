//! The images of the example that learns digits.

#[path = "../examples/digits/images.rs"]
mod images;

#[test]
fn images_are_those_of_the_repository() {
    let [learned, held_out] = images::load();
    assert_eq!((learned.digits.len(), held_out.digits.len()), (1500, 297));
    // The numbers of each digit that UCI's page gives for this set.
    let mut counts = [0; 10];
    for &digit in learned.digits.iter().chain(&held_out.digits) {
        counts[digit] += 1;
    }
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let pixels = learned.pixels.iter().chain(&held_out.pixels);
    // 561718 is the sum of all pixels, of 0 to 16.
    assert_eq!(pixels.map(|x| (x + 1.0) * 8.0).sum::<f32>(), 561718.0);
}
