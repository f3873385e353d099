//! The voice as the host sees it.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use driver_contract::{DeviceClass, DeviceInfo, Fault, FaultCode, OpenDevice, Outcome, Task, TaskContext};

use super::process::{Ended, run};
use super::voices::has_voice;
use crate::{SpeechError, planted};

/// The program lists its voices within so long, or it hangs.
const LIST_LIMIT: Duration = Duration::from_secs(5);

/// Longest prompt, in characters: some two minutes.
const LONGEST: usize = 500;

/// Length of a WAV file's head; what is not longer holds no sound.
const WAV_HEAD: u64 = 44;

/// How it is to be said.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    pub(super) program: PathBuf,
    pub(super) voice: String,
    /// Words a minute.
    pub(super) rate: u32,
    /// 0 to 200; 100 is the program's own.
    pub(super) amplitude: u32,
    /// Into this file instead of the loudspeaker.
    pub(super) wav: Option<PathBuf>,
}

/// An open voice.
pub(super) struct EspeakDevice {
    info: DeviceInfo,
    manner: Manner,
}

impl EspeakDevice {
    /// Asks the program for its voices.
    pub(super) fn open(info: DeviceInfo, manner: Manner) -> Result<Self, SpeechError> {
        let device = Self { info, manner };
        let end = Instant::now() + LIST_LIMIT;
        device.check(&|| (Instant::now() >= end).then_some(SpeechError::Timeout))?;
        Ok(device)
    }

    fn check(&self, stop: &dyn Fn() -> Option<SpeechError>) -> Result<(), SpeechError> {
        let voice = &self.manner.voice;
        let mut command = Command::new(&self.manner.program);
        command.arg(format!("--voices={voice}"));
        let ended = run(&mut command, "", stop)?;
        if !has_voice(&ended.output, voice)? {
            return Err(SpeechError::VoiceMissing(voice.clone()));
        }
        Ok(())
    }

    fn speak(&self, text: &str, context: &dyn TaskContext) -> Result<(), SpeechError> {
        let text = sayable(text)?;
        let manner = &self.manner;
        let mut command = Command::new(&manner.program);
        // The text goes through the standard input: everybody on the PC can read a command line.
        command.args(["--stdin", "-v", &manner.voice, "-s", &manner.rate.to_string()]);
        command.args(["-a", &manner.amplitude.to_string()]);
        if let Some(wav) = &manner.wav {
            command.arg("-w").arg(wav);
        }
        let stop = || {
            let over = context.remaining().is_zero();
            context.cancelled().then_some(if over { SpeechError::Timeout } else { SpeechError::Cancelled })
        };
        let ended = run(&mut command, &text, &stop)?;
        judge(&ended, &manner.voice)?;
        if let Some(wav) = &manner.wav {
            let size = std::fs::metadata(wav).map_or(0, |found| found.len());
            if size <= WAV_HEAD {
                return Err(SpeechError::NoSound(format!("a file of {size} bytes")));
            }
        }
        Ok(())
    }
}

/// The text as the program is to take it.
fn sayable(text: &str) -> Result<String, SpeechError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control) {
        return Err(SpeechError::BadText);
    }
    // `[[` would begin phonemes.
    Ok(text.replace("[[", "[ ["))
}

fn judge(ended: &Ended, voice: &str) -> Result<(), SpeechError> {
    if planted("speaker-sound-error-ignored") {
        return Ok(());
    }
    if let Some(signal) = ended.signal {
        return Err(SpeechError::NoSound(format!("ended by signal {signal}")));
    }
    if ended.errors.contains("voice does not exist") {
        return Err(SpeechError::VoiceMissing(voice.to_owned()));
    }
    if ended.code != Some(0) {
        return Err(SpeechError::NoSound(format!("exit code {:?}", ended.code)));
    }
    // Without a sound device the program (1.51) says so, plays nothing, and ends with 0 all the same.
    let complaint = ended.errors.lines().find(|line| line.to_ascii_lowercase().starts_with("error"));
    match complaint {
        Some(line) => Err(SpeechError::NoSound(line.chars().take(120).collect())),
        None => Ok(()),
    }
}

impl OpenDevice for EspeakDevice {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::Speak(speech) => self
                .speak(&speech.text, context)
                .map(|()| Outcome::Announced)
                .map_err(|error| error.at(&self.info.id)),
            Task::CheckState => {
                let end = Instant::now() + LIST_LIMIT;
                let stop = || {
                    let over = context.cancelled() || Instant::now() >= end;
                    over.then_some(SpeechError::Timeout)
                };
                let fault = self.check(&stop).err().map(|error| error.at(&self.info.id));
                Ok(Outcome::State(fault.into_iter().collect()))
            }
            _ => Err(Fault::new(FaultCode::Unsupported, DeviceClass::Speaker).at(&self.info.id)),
        }
    }
}
