//! A hand that writes something of a name's length: no real person's name, and nobody's hand.

/// One position of the pen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PenMove {
    /// From the left, in the pad's units.
    pub x: u32,
    /// From above.
    pub y: u32,
    /// Pressure.
    pub pressure: u16,
    /// Whether it touches.
    pub down: bool,
    /// Milliseconds of the pad's clock.
    pub at_ms: u32,
}

/// Three strokes of 100 points each over a field of this size, at so many points a second.
#[must_use]
pub fn handwriting(width: u32, height: u32, per_second: u32) -> Vec<PenMove> {
    let step_ms = |number: u32| number * 1000 / per_second.max(1);
    let mut moves = Vec::new();
    let mut number = 0;
    for stroke in 0..3_u32 {
        for point in 0..=100_u32 {
            number += 1;
            // A slanting zigzag: its points lie well inside of the field.
            let tooth = if point % 20 < 10 { point % 10 } else { 10 - point % 10 };
            moves.push(PenMove {
                x: width / 10 + (stroke * width / 4) + point * width / 500,
                y: height / 4 + tooth * height / 40,
                pressure: 300 + u16::try_from(point).unwrap_or_default() * 2,
                down: point < 100,
                at_ms: step_ms(number),
            });
        }
    }
    moves
}
