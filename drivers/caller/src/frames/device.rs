//! The talk with a sign, and the sign as the host sees it.

use std::time::{Duration, Instant};

use driver_contract::{
    CallParameters, DeviceClass, DeviceInfo, Fault, FaultCode, OpenDevice, Outcome, Task, TaskContext,
};
use driver_line::{
    Cut, Cutter, Fields, Line, LineError, Model, Overlong, SettingsError, Spoilt, Value, read_some,
};

use crate::{CallError, planted};

/// A frame that began and then stopped for so long will not go on; USB bridges add gaps of some 16 ms.
const GAP: Duration = Duration::from_millis(200);

/// How often a sign that is busy is asked, and how long between two tries.
const BUSY_TRIES: u32 = 3;
const BUSY_PAUSE: Duration = Duration::from_millis(300);

/// The talk with a sign.
///
/// Its model is sent `call`, with the texts `ticket` and `window` and the numbers `again` (0 or 1) and `call` (counts the
/// calls); it answers with frames that mean `accepted`, `refused` or `busy`. Answers that carry the number `call` count
/// only for the call of that number.
pub struct SignTalk<L> {
    line: L,
    model: Model,
    cutter: Cutter,
    answer_limit: Duration,
    calls: u8,
}

enum Said {
    Accepted,
    Refused(u32),
    Busy,
}

impl<L: Line> SignTalk<L> {
    /// Takes over a line. `answer_limit`: how long the sign may take to confirm.
    ///
    /// # Errors
    /// A model that is none of a sign.
    pub fn new(line: L, model: Model, answer_limit: Duration) -> Result<Self, CallError> {
        let good = model.sent("call").is_some_and(|frame| frame.pattern.has("ticket"));
        if !good || !model.can_say("accepted") {
            return Err(SettingsError::new(
                "model: no `call` with a ticket, or nothing that means `accepted`",
            )
            .into());
        }
        let cutter = model.cutter();
        Ok(Self { line, model, cutter, answer_limit, calls: 0 })
    }

    /// Calls, and waits until it is confirmed. `stop` is asked meanwhile.
    ///
    /// # Errors
    /// Refused, not confirmed, busy, or the line's.
    pub fn call(&mut self, call: &CallParameters, stop: &dyn Fn() -> bool) -> Result<(), CallError> {
        if call.ticket.trim().is_empty() || call.window.trim().is_empty() {
            return Err(CallError::Empty);
        }
        for attempt in 1..=BUSY_TRIES {
            match self.call_once(call, stop)? {
                Said::Accepted => return Ok(()),
                Said::Refused(reason) => return Err(CallError::Refused(format!("reason {reason}"))),
                Said::Busy if attempt < BUSY_TRIES => {
                    let end = Instant::now() + BUSY_PAUSE;
                    while Instant::now() < end {
                        if stop() {
                            return Err(CallError::Cancelled);
                        }
                        std::thread::sleep(Duration::from_millis(20));
                    }
                }
                Said::Busy => {}
            }
        }
        Err(CallError::Busy)
    }

    fn call_once(&mut self, call: &CallParameters, stop: &dyn Fn() -> bool) -> Result<Said, CallError> {
        self.calls = self.calls.wrapping_add(1);
        let mut values = Fields::new();
        values.insert("ticket".to_owned(), Value::Text(call.ticket.clone()));
        values.insert("window".to_owned(), Value::Text(call.window.clone()));
        values.insert("again".to_owned(), Value::Number(u32::from(call.again)));
        values.insert("call".to_owned(), Value::Number(u32::from(self.calls)));
        if let Some(frame) = self.model.sent("call") {
            // Cut, a ticket would be another ticket.
            let bytes = frame.pattern.encode(&values, Overlong::Refuse)?;
            self.line.clear_input()?;
            self.cutter.clear();
            self.line.write_all(&bytes)?;
            self.line.flush()?;
        }
        if planted("caller-not-confirmed") {
            return Ok(Said::Accepted);
        }
        self.answer(stop)
    }

    fn answer(&mut self, stop: &dyn Fn() -> bool) -> Result<Said, CallError> {
        let end = Instant::now() + self.answer_limit;
        let mut last_byte = Instant::now();
        let mut trouble: Option<Spoilt> = None;
        let mut buffer = [0; 256];
        while Instant::now() < end {
            if stop() {
                return Err(CallError::Cancelled);
            }
            match read_some(&mut self.line, &mut buffer)? {
                Some(count) => {
                    last_byte = Instant::now();
                    self.cutter.push(&buffer[..count]);
                }
                None if last_byte.elapsed() >= GAP => trouble = trouble.or(self.cutter.expire()),
                None => {}
            }
            while let Some(cut) = self.cutter.next_cut() {
                match cut {
                    Cut::Spoilt(spoilt) => trouble = trouble.or(Some(spoilt)),
                    Cut::Frame(frame) => {
                        if frame.number("call").is_some_and(|number| number != u32::from(self.calls)) {
                            // The late answer to an earlier call.
                            continue;
                        }
                        match self.model.receive[frame.pattern].means.as_str() {
                            "accepted" => return Ok(Said::Accepted),
                            "refused" => {
                                return Ok(Said::Refused(frame.number("reason").unwrap_or_default()));
                            }
                            "busy" => return Ok(Said::Busy),
                            _ => {}
                        }
                    }
                }
            }
        }
        Err(trouble.map_or_else(|| CallError::NotConfirmed("no answer".to_owned()), CallError::from))
    }

    fn check(&mut self) -> Result<(), CallError> {
        Ok(self.line.clear_input()?)
    }
}

/// An open sign.
pub(super) struct SignDevice {
    info: DeviceInfo,
    /// `None` once the line is lost.
    talk: Option<SignTalk<Box<dyn Line>>>,
}

impl SignDevice {
    pub(super) const fn new(info: DeviceInfo, talk: SignTalk<Box<dyn Line>>) -> Self {
        Self { info, talk: Some(talk) }
    }

    fn guarded<T>(
        &mut self,
        work: impl FnOnce(&mut SignTalk<Box<dyn Line>>) -> Result<T, CallError>,
    ) -> Result<T, Fault> {
        let result = match self.talk.as_mut() {
            Some(talk) => work(talk),
            None => Err(LineError::Unplugged.into()),
        };
        result.map_err(|error| {
            if error.line_is_lost() {
                self.talk = None;
            }
            error.at(&self.info.id)
        })
    }
}

impl OpenDevice for SignDevice {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::Call(call) => self
                .guarded(|talk| {
                    let result = talk.call(call, &|| context.cancelled());
                    match result {
                        // The deadline, and nobody's wish: the call is out, and nobody confirmed it.
                        Err(CallError::Cancelled) if context.remaining().is_zero() => {
                            Err(CallError::NotConfirmed("no answer before the deadline".to_owned()))
                        }
                        other => other,
                    }
                })
                .map(|()| Outcome::Announced),
            Task::CheckState => Ok(Outcome::State(self.guarded(SignTalk::check).err().into_iter().collect())),
            _ => Err(Fault::new(FaultCode::Unsupported, DeviceClass::QueueCaller).at(&self.info.id)),
        }
    }

    fn is_alive(&self) -> bool {
        self.talk.is_some()
    }
}
