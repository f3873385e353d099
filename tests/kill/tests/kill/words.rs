//! What child and parent say to each other: one JSON object a line.

use serde::{Deserialize, Serialize};
use std::io::Write;

/// Lines of the test program itself stand between; these begin with a sign of their own.
const SIGN: char = '@';

/// A line of the child. All but `Typed`, `Alive` and the wishes are said after the terminal's answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Line {
    /// The time, every few milliseconds: it was alive then.
    Alive { at: u64 },
    /// A wish: lay this person's card on the reader.
    Lay { person: String },
    /// A wish: take the card away.
    Lift,
    /// Something that takes longer begins.
    Begins { what: String },
    /// A key was pressed; the field holds this text now.
    Typed { case: String, field: String, text: String, at: u64 },
    /// The draft with this text was kept.
    Kept { case: String, field: String, text: String },
    /// The field is part of the case.
    Field { case: String, field: String, value: String },
    /// An act was done.
    Acted { case: String, what: String, command: String },
    /// A person of the case was identified.
    Identified { case: String, person: String, number: String },
    /// A question was answered.
    Answered { case: String, question: String, answer: String },
    /// A look-up was recorded.
    LookedUp { case: String, lookup: String },
    /// A page was scanned.
    Scanned { case: String, material: String, blob: String },
    /// Somebody signed.
    Signed { case: String, slot: String, strokes: String },
    /// The case was submitted under this number.
    Submitted { case: String, number: String },
    /// A paper came out.
    Printed { case: String, document: String, pdf: String },
    /// What a window shows of a case that a child before began.
    Shown { case: String, view: serde_json::Value },
    /// Everything is done and on the server.
    Finished,
}

impl Line {
    /// Whether a death soon after it is to wait longer, so that it falls into the work that begins here.
    pub fn is_long(&self) -> bool {
        matches!(self, Self::Lay { .. } | Self::Begins { .. })
    }
}

/// Says a line to whoever listens.
pub fn say(line: &Line) {
    let text = serde_json::to_string(line).unwrap();
    let mut out = std::io::stdout().lock();
    // A line begins anew wherever the test program's own words stopped.
    let _ = writeln!(out, "\n{SIGN}{text}");
    let _ = out.flush();
}

/// What a line says; none for others' lines and for one that death cut off.
pub fn hear(text: &str) -> Option<Line> {
    serde_json::from_str(text.strip_prefix(SIGN)?).ok()
}

/// Milliseconds of the wall clock: the same for all processes of this PC.
pub fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// xorshift64* (Vigna 2016): a seed gives the same run on every PC.
pub struct Random(pub u64);

impl Random {
    /// One of several generators of a seed.
    pub fn new(seed: u64, which: u64) -> Self {
        // An odd factor keeps neighbouring seeds apart (2^64 / golden ratio, Knuth, TAOCP 3, 6.4); zero has no successor.
        Self((seed + which).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn one_of<T: Copy, const COUNT: usize>(&mut self, choices: [T; COUNT]) -> T {
        choices[usize::try_from(self.below(COUNT as u64)).unwrap()]
    }
}
