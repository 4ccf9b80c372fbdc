//! Areas and moments of the standard normal between two bounds, to full relative accuracy
//! wherever they lie: no difference of two nearly equal probabilities is ever taken.

use super::normal_quantile::exp;

/// φ(0) = 1/√2π.
const PEAK: f64 = 0.398_942_280_401_432_7;

/// The part of the standard normal between two bounds, α < β.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice {
    pieces: [Piece; 2],
    /// The width of the wider piece.
    unit: f64,
}

/// A piece on one side of zero, from `from` to `from + width`, along which the density falls.
#[derive(Clone, Copy, Debug)]
struct Piece {
    sign: f64,
    from: f64,
    width: f64,
}

impl Slice {
    pub(crate) fn new(alpha: f64, beta: f64) -> Self {
        let (down, up) = (-1.0, 1.0);
        let pieces = if alpha >= 0.0 {
            [Piece::new(up, alpha, beta), Piece::new(up, alpha, alpha)]
        } else if beta <= 0.0 {
            [Piece::new(down, -beta, -alpha), Piece::new(down, -beta, -beta)]
        } else {
            [Piece::new(up, 0.0, beta), Piece::new(down, 0.0, -alpha)]
        };
        let unit = pieces[0].width.max(pieces[1].width).max(f64::MIN_POSITIVE);
        Self { pieces, unit }
    }

    /// Φ(β) − Φ(α), divided by φ(0) e^(−c²/2), c being the point of \[α, β] nearest to zero.
    pub(crate) fn relative_area(&self) -> f64 {
        self.unit * self.integrate(|_| 1.0)
    }

    /// Φ(β) − Φ(α).
    pub(crate) fn area(&self) -> f64 {
        let nearest = self.pieces[0].from;
        PEAK * exp(-nearest * nearest / 2.0) * self.relative_area()
    }

    /// The mean and standard deviation of a standard normal held between the bounds.
    pub(crate) fn moments(&self) -> (f64, f64) {
        // Counted from c, in units of the slice: far out or between near bounds, the slice is so narrow
        // that its square could underflow.
        let [Piece { sign, from, .. }, _] = self.pieces;
        let area = self.integrate(|_| 1.0);
        let offset = self.integrate(|t| t) / area;
        let variance = self.integrate(|t| (t - offset).powi(2)) / area;
        (self.unit.mul_add(offset, sign * from), self.unit * variance.sqrt())
    }

    /// ∫ f((t − c) / unit) φ(t)/φ(c) dt / unit.
    fn integrate(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.pieces.iter().map(|piece| piece.integrate(self.unit, &f)).sum()
    }
}

impl Piece {
    fn new(sign: f64, from: f64, to: f64) -> Self {
        // Beyond, the density is below e^−45 of what it is at `from`.
        let reach = 90.0 / (from + (from * from + 90.0).sqrt());
        Self { sign, from, width: (to - from).min(reach) }
    }

    /// ∫ f(±s / unit) e^(−(from + s)²/2 + from²/2) ds / unit by Gauss and Legendre's rule on eight
    /// panels.
    fn integrate(&self, unit: f64, f: impl Fn(f64) -> f64) -> f64 {
        const PANELS: u8 = 8;
        let half = self.width / unit / f64::from(2 * PANELS);
        let at = |s: f64| f(self.sign * s) * exp(-s * unit * (self.from + s * unit / 2.0));
        let panel = |i: u8| {
            let middle = half * f64::from(2 * i + 1);
            let pair = |&(node, weight): &(f64, f64)| {
                weight * (at(half.mul_add(-node, middle)) + at(half.mul_add(node, middle)))
            };
            LEGENDRE_16.iter().map(pair).sum::<f64>()
        };
        half * (0..PANELS).map(panel).sum::<f64>()
    }
}

/// The positive nodes of the 16-point rule on \[−1, 1], with their weights.
const LEGENDRE_16: [(f64, f64); 8] = [
    (0.09501250983763744, 0.1894506104550685),
    (0.28160355077925891, 0.18260341504492359),
    (0.45801677765722739, 0.16915651939500254),
    (0.61787624440264375, 0.14959598881657673),
    (0.75540440835500303, 0.12462897125553387),
    (0.86563120238783174, 0.095158511682492785),
    (0.94457502307323258, 0.062253523938647893),
    (0.98940093499164993, 0.027152459411754095),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_normal_has_area_one_and_unit_deviation() {
        let whole = Slice::new(f64::NEG_INFINITY, f64::INFINITY);
        assert!((whole.area() - 1.0).abs() < 1e-15);
        assert_eq!(whole.moments().0, 0.0);
        assert!((whole.moments().1 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn mirrored_slices_have_the_same_area_to_the_bit() {
        for (alpha, beta) in [(2.0, f64::INFINITY), (0.5, 0.5000001), (3.0, 3.5), (-1.0, 4.0)] {
            let (slice, mirrored) = (Slice::new(alpha, beta), Slice::new(-beta, -alpha));
            assert_eq!(slice.area().to_bits(), mirrored.area().to_bits());
            assert_eq!(slice.moments().0, -mirrored.moments().0);
        }
    }
}
