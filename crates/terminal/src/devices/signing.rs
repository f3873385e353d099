//! Signing on a pad: what is released for a signature lies on the applicant screen and on the pad; whoever is signed on
//! first has it, and the other forgets.

use super::waiting::run_while;
use crate::Terminal;
use crate::applicant::Ink;
use crate::error::Result;
use crate::operation::Stop;
use crate::rpc::ChangeSource;
use driver_contract::{
    Capabilities, DeviceClass, DeviceEvent, DeviceId, DeviceInfo, Fault, FaultCode, HostClient, Outcome,
    PenPoint, PictureSize, SignatureParameters, SignatureReading, Task, TaskNews, Word,
};
use paper::{MissingGlyphs, PrintOrder, TemplateId};
use serde_json::json;
use std::time::{Duration, Instant};

/// Somebody who reads everything first, and looks for the glasses.
const PATIENCE: Duration = Duration::from_secs(600);
/// Many pads have no key for *done*: a pen that rests for so long has finished. Between two characters of a name hardly
/// anybody rests for a second.
const PEN_RESTS: Duration = Duration::from_secs(3);
/// Pressure as signatures keep it, 0 to 1023, whatever the pad tells.
const FULL_PRESSURE: u32 = 1023;

/// A pad answers quickly or is ill; nobody signs before it has.
const ANSWER: Duration = Duration::from_secs(5);
/// About as wide as the displays are, in millimetres: how large the letters become on them.
const SCREEN_MILLIMETRES: u32 = 80;
/// What fits into a message to the host with room to spare, as hexadecimal digits. A display of 800 by 480 dots takes
/// some ten thousand bytes.
const LARGEST_SCREEN: usize = 256 * 1024;

impl Terminal {
    /// Whether a pad can be signed on now.
    pub(crate) fn has_pad(&self) -> bool {
        let lines = self.device_lines();
        lines.iter().any(|line| line.device.class == DeviceClass::SignaturePad && line.ready)
    }

    /// Begins to wait for a signature on the pad; returns at once. `title` and `text` are for pads with a display.
    pub(crate) fn sign_at_pad(&self, release: &str, title: String, text: String) {
        let Ok((host, device)) = self.device(DeviceClass::SignaturePad) else { return };
        let idle_ms = u32::try_from(PATIENCE.as_millis()).unwrap_or_default();
        let (me, release) = (self.me.clone(), release.to_owned());
        let begun = std::thread::Builder::new().name("signing".to_owned()).spawn(move || {
            let released = || me.upgrade().is_some_and(|terminal| terminal.is_released(&release));
            let shown =
                me.upgrade().and_then(|terminal| terminal.signing_screen(&host, &device, &title, &text));
            let screen = shown.unwrap_or_default();
            let task = Task::Sign(SignatureParameters { title, text, screen, idle_ms });
            let ended = wait_for_pen(&host, &device.id, task, released);
            let Some(terminal) = me.upgrade() else { return };
            let taken = match ended {
                Ok(Some(reading)) => terminal.take_ink(&release, ink(&reading)).map(drop),
                Ok(None) => return,
                Err(fault) => {
                    tracing::info!(code = fault.code(), "the pad took no signature");
                    terminal.pad_gave_up(&release);
                    return;
                }
            };
            if let Err(error) = taken {
                // Signed on the screen in the same moment, or taken back: nothing is lost that was wanted.
                tracing::info!(code = error.code(), "a signature of the pad was not taken");
                terminal.pad_gave_up(&release);
            }
        });
        if let Err(error) = begun {
            tracing::warn!(%error, "no signature on the pad");
        }
    }

    /// What is to be signed, as a picture of the size of the pad's display; none where the pad has no display, or the
    /// picture cannot be made: it is signed on all the same, and the applicant screen shows the words.
    pub(super) fn signing_screen(
        &self,
        host: &HostClient,
        device: &DeviceInfo,
        title: &str,
        text: &str,
    ) -> Option<Vec<u8>> {
        let size = display_of(device).or_else(|| {
            // A pad tells its display when it is open; it was not open yet.
            host.check_state(&device.id, ANSWER).ok()?;
            let listed = host.list(ANSWER).ok()?;
            listed.iter().find(|one| one.id == device.id).and_then(display_of)
        })?;
        let data = json!({
            "title": title, "text": text, "width": size.width, "height": size.height,
            "dots": (size.width / SCREEN_MILLIMETRES).max(1), "demo": self.settings.demo,
        });
        self.screen_picture(data, (size.width / SCREEN_MILLIMETRES).max(1))
            .map_err(|error| tracing::warn!(code = error.code(), "no words for the display of a pad"))
            .ok()
            .filter(|picture| picture.len() <= LARGEST_SCREEN)
    }

    fn screen_picture(&self, data: serde_json::Value, dots: u32) -> Result<Vec<u8>> {
        let template = TemplateId::new("signing-screen")?;
        let print_set = self.paper.current_print_set(&template, self.clock.now().trusted / 1000)?;
        let order = PrintOrder { template, data, print_set, missing_glyphs: MissingGlyphs::Mark };
        let dots = u16::try_from(dots).unwrap_or(u16::MAX);
        Ok(self.paper.picture(&order, dots, Stop::default().paper())?)
    }

    /// The applicant screen no longer speaks of the pad.
    fn pad_gave_up(&self, release: &str) {
        if self.released_without_pad(release) {
            self.changed(ChangeSource::Device, ["applicant", "shell", "devices"]);
        }
    }
}

/// The display of a pad that has one.
fn display_of(device: &DeviceInfo) -> Option<PictureSize> {
    match device.capabilities {
        Capabilities::SignaturePad { display, .. } => display,
        _ => None,
    }
}

/// Waits until the pen has signed; `None` when the signature is not wanted any more.
fn wait_for_pen(
    host: &HostClient,
    device: &DeviceId,
    task: Task,
    released: impl Fn() -> bool,
) -> std::result::Result<Option<Box<SignatureReading>>, Fault> {
    let mut wrote: Option<Instant> = None;
    let ended = run_while(host, device, (task, PATIENCE), released, |running, news| {
        if let Some(TaskNews::Event(DeviceEvent::Strokes(_))) = news {
            wrote = Some(Instant::now());
        }
        if wrote.is_some_and(|at| at.elapsed() > PEN_RESTS) {
            wrote = None;
            running.tell(Word::Finish);
        }
    })?;
    match ended {
        None => Ok(None),
        Some(Outcome::Signature(reading)) => Ok(Some(reading)),
        Some(_) => Err(Fault::new(FaultCode::ProtocolGarbage, host.class())),
    }
}

/// A pad's points as strokes of the form that the applicant screen sends, with where they come from.
fn ink(reading: &SignatureReading) -> Ink {
    let pressure = |point: &PenPoint| match u32::from(reading.pressure) {
        // A pad that tells none is signed on with the middle of the pen.
        0 => FULL_PRESSURE / 2,
        full => u32::from(point.pressure).min(full) * FULL_PRESSURE / full,
    };
    let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let strokes = reading
        .points
        .split(|point| !point.down)
        .filter(|stroke| !stroke.is_empty())
        .map(|stroke| {
            let sample = |point: &PenPoint| {
                let pressure = u16::try_from(pressure(point)).unwrap_or(u16::MAX);
                (whole(point.x), whole(point.y), pressure, point.at_ms)
            };
            stroke.iter().map(sample).collect()
        })
        .collect();
    Ink {
        width: reading.width,
        height: reading.height,
        strokes,
        provenance: Some(reading.provenance.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use driver_contract::{Attestation, Provenance};

    fn reading(pressure: u16, points: &[(u32, u16, bool)]) -> SignatureReading {
        SignatureReading {
            provenance: Provenance {
                device: DeviceId::new("test", "0"),
                attestation: Attestation::Virtual,
                nonce: "0".repeat(32),
                number: 1,
                boot_ms: 5,
                raw_sm3: "0".repeat(64),
            },
            width: 8000,
            height: 3000,
            pressure,
            points: points
                .iter()
                .map(|(x, pressure, down)| PenPoint {
                    at_ms: *x,
                    x: *x,
                    y: 7,
                    pressure: *pressure,
                    down: *down,
                })
                .collect(),
            raw: Vec::new(),
        }
    }

    #[test]
    fn strokes_begin_and_end_with_the_pen_on_the_pad() {
        let points =
            [(1, 0, false), (2, 255, true), (3, 510, true), (4, 0, false), (5, 0, false), (6, 1020, true)];
        let ink = ink(&reading(1020, &points));
        assert_eq!(ink.strokes, [vec![(2, 7, 255, 2), (3, 7, 511, 3)], vec![(6, 7, 1023, 6)]]);
        assert_eq!((ink.width, ink.height, ink.provenance.unwrap().boot_ms), (8000, 3000, 5));
        let flat = super::ink(&reading(0, &[(2, 0, true)]));
        assert_eq!(flat.strokes, [vec![(2, 7, 511, 2)]]);
    }
}
