//! Makes samples of a stream of input events.

use driver_line::{
    ABS_PRESSURE, ABS_X, ABS_Y, BTN_TOUCH, EV_ABS, EV_KEY, EV_SYN, INPUT_EVENT_LENGTH, InputEvent,
    SYN_DROPPED, SYN_REPORT,
};

/// What one group of events, up to its SYN_REPORT, said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Group {
    /// The pen. Positions are the device's own.
    Pen {
        /// The kernel's time in microseconds.
        at_us: u64,
        /// ABS_X.
        x: i32,
        /// ABS_Y.
        y: i32,
        /// ABS_PRESSURE, if the device ever told one.
        pressure: Option<i32>,
        /// It touches.
        down: bool,
        /// The events that say so.
        raw: Vec<u8>,
    },
    /// Another key was pressed.
    Key(u16),
    /// The bytes are no whole events.
    Broken(usize),
}

/// The state of the pen between two events.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    x: Option<i32>,
    y: Option<i32>,
    pressure: Option<i32>,
    touches: bool,
    was_down: bool,
    /// Events were lost: the rest of the group is worth nothing.
    dropped: bool,
    /// The pen touched when events were lost; whether it still does, its next movement shows.
    resumes: bool,
    moved: bool,
    raw: Vec<u8>,
}

impl Decoder {
    /// A pen of which these positions are known already.
    #[must_use]
    pub fn at(x: Option<i32>, y: Option<i32>, pressure: Option<i32>) -> Self {
        Self { x, y, pressure, ..Self::default() }
    }

    /// Takes in what one read gave.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Group> {
        let mut groups = Vec::new();
        let events = bytes.chunks_exact(INPUT_EVENT_LENGTH);
        let rest = events.remainder().len();
        for piece in events {
            if let Some(event) = InputEvent::parse(piece) {
                groups.extend(self.event(event, piece));
            }
        }
        if rest > 0 {
            groups.push(Group::Broken(rest));
        }
        groups
    }

    fn event(&mut self, event: InputEvent, bytes: &[u8]) -> Option<Group> {
        match (event.kind, event.code) {
            (EV_SYN, SYN_DROPPED) => {
                self.dropped = true;
                self.raw.clear();
                None
            }
            (EV_SYN, SYN_REPORT) => {
                let lost = std::mem::take(&mut self.dropped);
                // A group about something else (a button, a tilt) says nothing new of the pen.
                let silent = self.raw.is_empty();
                self.raw.extend_from_slice(bytes);
                let group = match (lost, silent) {
                    (true, _) => self.after_loss(event),
                    (false, true) => None,
                    (false, false) => self.report(event),
                };
                self.raw.clear();
                self.moved = false;
                group
            }
            _ if self.dropped => None,
            (EV_ABS, ABS_X) => {
                (self.x, self.moved) = (Some(event.value), true);
                self.keep(bytes)
            }
            (EV_ABS, ABS_Y) => {
                (self.y, self.moved) = (Some(event.value), true);
                self.keep(bytes)
            }
            (EV_ABS, ABS_PRESSURE) => {
                self.pressure = Some(event.value);
                self.keep(bytes)
            }
            (EV_KEY, BTN_TOUCH) => {
                (self.touches, self.resumes) = (event.value != 0, false);
                self.keep(bytes)
            }
            (EV_KEY, code) if event.value == 1 => Some(Group::Key(code)),
            _ => None,
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Option<Group> {
        self.raw.extend_from_slice(bytes);
        None
    }

    /// Ends the stroke: between what was lost and what comes there is no line.
    fn after_loss(&mut self, event: InputEvent) -> Option<Group> {
        let was_down = std::mem::take(&mut self.was_down);
        self.resumes |= self.touches;
        self.touches = false;
        if was_down { self.pen(event, false) } else { None }
    }

    fn report(&mut self, event: InputEvent) -> Option<Group> {
        // Devices that hover tell a pressure; those that tell none move only while they are touched.
        if self.resumes && self.moved {
            self.resumes = false;
            self.touches = self.pressure.is_none_or(|pressure| pressure > 0);
        }
        // A pen whose place is not known yet has drawn nothing.
        let down = self.touches && self.x.is_some() && self.y.is_some();
        let was_down = std::mem::replace(&mut self.was_down, down);
        if down || was_down { self.pen(event, down) } else { None }
    }

    fn pen(&mut self, event: InputEvent, down: bool) -> Option<Group> {
        Some(Group::Pen {
            at_us: u64::try_from(event.time_us).unwrap_or_default(),
            x: self.x?,
            y: self.y?,
            pressure: self.pressure,
            down,
            raw: self.raw.clone(),
        })
    }
}
