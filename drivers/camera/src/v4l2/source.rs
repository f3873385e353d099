//! Pictures out of a V4L2 node.

use std::io;
use std::time::Duration;

use driver_contract::{ControlSetting, PictureSize};
use v4l::buffer::{Flags, Type};
use v4l::device::Device;
use v4l::io::traits::{CaptureStream, Stream as _};
use v4l::prelude::MmapStream;
use v4l::video::Capture;
use v4l::video::capture::Parameters;
use v4l::{Format, FourCC};

use super::controls::{self, Found};
use super::modes::{Coding, Mode, choose};
use super::search;
use crate::error::{BrokenPicture, CameraError};
use crate::jpeg;
use crate::moving::{Content, Next, Source, Wish};
use crate::pixels::Pixels;

/// Pictures after a start until exposure and white balance have settled: USB cameras take about half a second.
const SETTLING: u32 = 12;

/// `POLLIN` of poll(2).
const READABLE: i16 = 1;

/// A stream under way.
struct Running {
    stream: MmapStream<'static>,
    coding: Coding,
    format: Format,
    /// The kernel's number of the last picture.
    sequence: Option<u32>,
    /// All buffers lie with the kernel; `v4l` would hand the first one over a second time (it knows no wait that ended
    /// without a picture).
    primed: bool,
    started: bool,
}

/// An open node.
pub(super) struct V4l2Source {
    device: Device,
    modes: Vec<Mode>,
    controls: Vec<Found>,
    running: Option<Running>,
}

impl V4l2Source {
    pub(super) fn new(device: Device) -> Result<Self, CameraError> {
        let modes = search::modes(&device);
        if modes.is_empty() {
            return Err(CameraError::FormatUnknown);
        }
        let controls = controls::found(&device);
        Ok(Self { device, modes, controls, running: None })
    }
}

impl Source for V4l2Source {
    fn start(&mut self, wish: Wish) -> Result<(), CameraError> {
        self.stop();
        let mode = choose(&self.modes, wish.size, wish.frames_per_second.into())
            .ok_or(CameraError::FormatUnknown)?;
        let mut format = self.device.format()?;
        format.width = mode.size.width;
        format.height = mode.size.height;
        format.fourcc = FourCC::new(&mode.fourcc);
        // Lines without padding; the driver says how long they really are.
        format.stride = 0;
        format.size = 0;
        let format = self.device.set_format(&format)?;
        if format.fourcc.repr != mode.fourcc {
            return Err(CameraError::FormatUnknown);
        }
        // The driver may round: what counts is what it says now. Cameras without rates refuse the call.
        if wish.frames_per_second > 0 {
            let _ = self.device.set_params(&Parameters::with_fps(wish.frames_per_second.into()));
        }
        let stream = MmapStream::new(&self.device, Type::VideoCapture)?;
        // From here on nobody can change the format; before, another program could.
        let kept = self.device.format()?;
        if (kept.width, kept.height, kept.fourcc.repr) != (format.width, format.height, mode.fourcc) {
            return Err(CameraError::Busy);
        }
        let coding = mode.coding;
        self.running =
            Some(Running { stream, coding, format, sequence: None, primed: false, started: false });
        Ok(())
    }

    fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            // A camera that has gone cannot be stopped.
            let _ = running.stream.stop();
        }
    }

    fn next(&mut self, wait: Duration) -> Result<Next, CameraError> {
        match &mut self.running {
            Some(running) => running.next(wait),
            None => Err(CameraError::Unplugged),
        }
    }

    fn settling(&self) -> u32 {
        SETTLING
    }

    fn set(&mut self, setting: ControlSetting) -> Result<(ControlSetting, ControlSetting), CameraError> {
        let control = self.controls.iter().find(|control| control.kind() == setting.kind);
        control.ok_or(CameraError::NoControl(setting.kind))?.set(&self.device, setting.value)
    }
}

impl Running {
    fn next(&mut self, wait: Duration) -> Result<Next, CameraError> {
        if !self.started {
            self.started = true;
            self.stream.set_timeout(wait);
            // Gives the buffers to the kernel and starts the camera.
            return match CaptureStream::next(&mut self.stream) {
                Ok((bytes, meta)) => {
                    let (bytes, meta) = (filled(bytes, meta.bytesused), *meta);
                    Ok(picture(self.coding, &self.format, &mut self.sequence, bytes, &meta))
                }
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    self.primed = true;
                    Ok(Next::Nothing)
                }
                Err(error) => Err(error.into()),
            };
        }
        let milliseconds = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        match self.stream.handle().poll(READABLE, milliseconds) {
            Ok(0) => return Ok(Next::Nothing),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(Next::Nothing),
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        if self.primed {
            // The first picture is given up, so that `v4l` has a buffer to hand back.
            self.primed = false;
            return match self.stream.dequeue() {
                Ok(_) => Ok(Next::Nothing),
                Err(error) => Err(error.into()),
            };
        }
        match CaptureStream::next(&mut self.stream) {
            Ok((bytes, meta)) => {
                let (bytes, meta) = (filled(bytes, meta.bytesused), *meta);
                Ok(picture(self.coding, &self.format, &mut self.sequence, bytes, &meta))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Next::Nothing),
            Err(error) => Err(error.into()),
        }
    }
}

/// What of a buffer belongs to this picture: behind it lies what an earlier one left.
fn filled(buffer: &[u8], used: u32) -> &[u8] {
    buffer.get(..used as usize).unwrap_or(buffer)
}

fn picture(
    coding: Coding,
    format: &Format,
    sequence: &mut Option<u32>,
    bytes: &[u8],
    meta: &v4l::buffer::Metadata,
) -> Next {
    let lost = sequence.map_or(0, |last| lost_between(last, meta.sequence));
    *sequence = Some(meta.sequence);
    if meta.flags.contains(Flags::ERROR) {
        return Next::Broken(BrokenPicture::Marked);
    }
    let size = PictureSize { width: format.width, height: format.height };
    match coding {
        Coding::Jpeg => match jpeg::whole(bytes) {
            Ok((picture, own)) if own == size => Next::Picture(Content::Jpeg(picture, own), lost),
            Ok(_) => Next::Broken(BrokenPicture::OtherSize),
            Err(flaw) => Next::Broken(flaw.into()),
        },
        Coding::Raw(layout) => {
            let stride = (format.stride as usize).max(layout.line(size.width));
            let expected = layout.length(size, stride);
            if bytes.len() < expected {
                return Next::Broken(BrokenPicture::Short { expected, got: bytes.len() });
            }
            let full_range = matches!(format.quantization, v4l::format::Quantization::FullRange);
            let bytes = bytes.get(..expected).unwrap_or_default().to_vec();
            Next::Picture(Content::Raw(Pixels { size, layout, stride, full_range, bytes }), lost)
        }
    }
}

/// Pictures that went missing between two, by the kernel's count of them. A busy PC was seen to give a picture again or an
/// older one after a newer (uvcvideo): then none did.
fn lost_between(last: u32, now: u32) -> u32 {
    match now.wrapping_sub(last) {
        ahead @ 1..=HALF_ROUND => ahead - 1,
        _ => 0,
    }
}

/// The count begins again at 0; what is further ahead than this is behind.
const HALF_ROUND: u32 = u32::MAX / 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_counted_forwards_only() {
        assert_eq!([lost_between(7, 8), lost_between(7, 11), lost_between(u32::MAX, 1)], [0, 3, 1]);
        assert_eq!([lost_between(7, 7), lost_between(7, 6), lost_between(0, u32::MAX)], [0, 0, 0]);
    }
}
