//! The talk with a pad.

use std::time::{Duration, Instant};

use driver_contract::SignatureParameters;
use driver_line::{
    Cut, Cutter, Fields, Frame, Line, Model, Overlong, SettingsError, Value, WritingField, read_some,
};

use crate::SignatureError;
use crate::device::{Pad, PadKey, PadNews};
use crate::sheet::{Field, Sample};

/// A frame that began and then stopped for so long will not go on; USB bridges add gaps of some 16 ms.
const GAP: Duration = Duration::from_millis(200);

/// A pad that is open.
///
/// Its model has a frame that means `sample`, with the numbers `x`, `y` and `pen` (0: lifted), and may be `pressure`
/// and `time` (milliseconds, two bytes, beginning again after 65535); and may have a frame that means `key`, with the number
/// `key`. It is sent `begin`, `clear` and `end`, where the model has them; `title` and `text` may stand in `begin`.
pub struct FramePad<L> {
    line: L,
    model: Model,
    field: WritingField,
    cutter: Cutter,
    opened: Instant,
    last_byte: Instant,
    clock: Option<(u32, u64)>,
}

impl<L: Line> FramePad<L> {
    /// Takes over a line.
    ///
    /// # Errors
    /// A model that is none of a signature pad.
    pub fn new(line: L, model: Model) -> Result<Self, SignatureError> {
        let field = model.field.ok_or_else(|| SettingsError::new("model: no [field]"))?;
        if field.width == 0 || field.height == 0 {
            return Err(SettingsError::new("model: an empty [field]").into());
        }
        let whole = model
            .receive
            .iter()
            .filter(|frame| frame.means == "sample")
            .any(|frame| ["x", "y", "pen"].iter().all(|name| frame.pattern.has(name)));
        if !whole {
            return Err(SettingsError::new("model: no `sample` with x, y and pen").into());
        }
        let cutter = model.cutter();
        let now = Instant::now();
        Ok(Self { line, model, field, cutter, opened: now, last_byte: now, clock: None })
    }

    fn send(&mut self, when: &str, values: &Fields) -> Result<(), SignatureError> {
        if let Some(frame) = self.model.sent(when) {
            let bytes = frame.pattern.encode(values, Overlong::Cut)?;
            self.line.write_all(&bytes)?;
            self.line.flush()?;
        }
        Ok(())
    }

    fn understand(&mut self, frame: &Frame) -> Option<PadNews> {
        let described = &self.model.receive[frame.pattern];
        match described.means.as_str() {
            "sample" => {
                let at_us = self.time(frame.number("time"));
                let sample = Sample {
                    at_us,
                    x: i64::from(frame.number("x")?),
                    y: i64::from(frame.number("y")?),
                    pressure: frame.number("pressure").map(|value| u16::try_from(value).unwrap_or(u16::MAX)),
                    down: frame.number("pen")? != 0,
                };
                Some(PadNews::Pen { sample, raw: frame.raw.clone() })
            }
            "key" => {
                let word = described.numbers.get(&frame.number("key")?)?;
                PadKey::parse(word).map(PadNews::Key)
            }
            _ => None,
        }
    }

    fn time(&mut self, told: Option<u32>) -> u64 {
        let Some(now) = told else {
            return u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX);
        };
        let (last, sum) = self.clock.unwrap_or((now, 0));
        let sum = sum + u64::from(now.wrapping_sub(last) & 0xffff);
        self.clock = Some((now, sum));
        sum * 1000
    }
}

impl<L: Line> Pad for FramePad<L> {
    fn field(&self) -> Field {
        Field { width: self.field.width, height: self.field.height, pressure: self.field.pressure }
    }

    fn begin(
        &mut self,
        parameters: &SignatureParameters,
        _: &dyn Fn() -> bool,
    ) -> Result<(), SignatureError> {
        self.line.clear_input()?;
        self.cutter.clear();
        self.clock = None;
        let mut values = Fields::new();
        values.insert("title".to_owned(), Value::Text(parameters.title.clone()));
        values.insert("text".to_owned(), Value::Text(parameters.text.clone()));
        self.send("begin", &values)
    }

    fn next(&mut self) -> Result<Vec<PadNews>, SignatureError> {
        let mut news = Vec::new();
        let mut buffer = [0; 512];
        match read_some(&mut self.line, &mut buffer)? {
            Some(count) => {
                self.last_byte = Instant::now();
                self.cutter.push(&buffer[..count]);
            }
            None if self.last_byte.elapsed() >= GAP => {
                news.extend(self.cutter.expire().map(|spoilt| PadNews::Spoilt(spoilt.into())));
            }
            None => {}
        }
        while let Some(cut) = self.cutter.next_cut() {
            match cut {
                Cut::Frame(frame) => news.extend(self.understand(&frame)),
                Cut::Spoilt(spoilt) => news.push(PadNews::Spoilt(spoilt.into())),
            }
        }
        Ok(news)
    }

    fn clear(&mut self) -> Result<(), SignatureError> {
        self.send("clear", &Fields::new())
    }

    fn end(&mut self) -> Result<(), SignatureError> {
        self.send("end", &Fields::new())
    }

    fn check(&mut self) -> Result<(), SignatureError> {
        Ok(self.line.clear_input()?)
    }
}
