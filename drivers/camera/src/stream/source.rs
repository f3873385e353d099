//! Moving pictures out of a stream of bytes.

use std::time::{Duration, Instant};

use driver_contract::PictureSize;

use super::cutter::{Cut, FrameCutter};
use super::line::{Came, Line};
use crate::error::CameraError;
use crate::moving::{Next, Source, Wish};
use crate::mutants::planted;

/// Bytes read at once.
const PIECE: usize = 256 << 10;

/// Most bytes that are thrown away at a start: a pipe's and a socket's buffers hold less.
const MOST_STALE: usize = 16 << 20;

/// Pictures a second of a file that does not say.
const USUAL_RATE: f64 = 25.0;

/// An open stream.
pub(super) struct StreamSource {
    line: Line,
    cutter: FrameCutter,
    buffer: Vec<u8>,
    /// What every picture must have: as configured, else the first picture's.
    size: Option<PictureSize>,
    /// Pictures a second of a file; 0: as fast as they are fetched.
    rate: Option<f64>,
    due: Instant,
    /// Pictures since the file's beginning.
    pictures: u64,
    /// The file's end was reached.
    ended: bool,
    /// The picture that lies in the middle of the stream was begun before it was asked for.
    stale: bool,
}

impl StreamSource {
    pub(super) fn new(line: Line, size: Option<PictureSize>, rate: Option<f64>) -> Self {
        Self {
            line,
            cutter: FrameCutter::default(),
            buffer: vec![0; PIECE],
            size,
            rate,
            due: Instant::now(),
            pictures: 0,
            ended: false,
            stale: false,
        }
    }

    fn read(&mut self, wait: Duration) -> Result<Option<usize>, CameraError> {
        match self.line.read(&mut self.buffer, wait)? {
            Came::Bytes(count) => {
                self.cutter.push(self.buffer.get(..count).unwrap_or_default())?;
                Ok(Some(count))
            }
            Came::Nothing => Ok(None),
            Came::End => {
                self.cutter.end();
                self.ended = true;
                Ok(None)
            }
        }
    }

    /// From the beginning of a file again.
    fn begin_anew(&mut self) -> Result<(), CameraError> {
        if self.pictures == 0 {
            return Err(CameraError::Garbage(0));
        }
        self.line.rewind()?;
        self.cutter = FrameCutter::default();
        (self.pictures, self.ended) = (0, false);
        Ok(())
    }

    fn fits(&mut self, cut: &Cut) -> Result<(), CameraError> {
        let (expected, got) = (*self.size.get_or_insert(cut.size()), cut.size());
        if expected == got || planted("camera-size-not-checked") {
            return Ok(());
        }
        Err(CameraError::WrongSize { expected, got })
    }

    /// Keeps a file to its rate.
    fn pace(&mut self) {
        let rate = self.rate.or(self.cutter.rate()).unwrap_or(USUAL_RATE);
        if self.line.is_file() && rate > 0.0 {
            // Who fetches late does not get a heap of pictures afterwards.
            self.due = (self.due + Duration::from_secs_f64(1.0 / rate)).max(Instant::now());
        }
    }
}

impl Source for StreamSource {
    /// What lies in the pipe was taken before it was asked for: it is thrown away, up to the first wait.
    fn start(&mut self, _wish: Wish) -> Result<(), CameraError> {
        let mut thrown = 0;
        while !self.line.is_file() && thrown < MOST_STALE {
            match self.read(Duration::ZERO)? {
                Some(count) => thrown += count,
                None => break,
            }
        }
        self.cutter.forget();
        self.stale = !self.line.is_file() && !self.cutter.is_between();
        Ok(())
    }

    fn stop(&mut self) {}

    fn next(&mut self, wait: Duration) -> Result<Next, CameraError> {
        if let Some(left) = self.due.checked_duration_since(Instant::now()) {
            std::thread::sleep(left.min(wait));
            if left > wait {
                return Ok(Next::Nothing);
            }
        }
        let until = Instant::now() + wait;
        loop {
            match self.cutter.fetch() {
                Some(cut) if self.stale => {
                    self.stale = false;
                    drop(cut);
                }
                Some(Ok(cut)) => {
                    self.fits(&cut)?;
                    self.pictures += 1;
                    self.pace();
                    return Ok(Next::Picture(cut.0, 0));
                }
                Some(Err(flaw)) => return Ok(Next::Broken(flaw)),
                None if self.ended => self.begin_anew()?,
                None => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Ok(Next::Nothing);
                    }
                    self.read(left)?;
                }
            }
        }
    }
}
