//! Spoken prompts: what the citizen is asked to do is said aloud where the counter has a voice. The screens say the same;
//! nothing waits for the voice, and a newer prompt takes the place of one that is still spoken.

use super::waiting::run_while;
use crate::Terminal;
use crate::error::{Own, Result};
use driver_contract::{DeviceClass, SpeechParameters, Task};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The longest sentence takes five seconds; a voice that needs longer has been overtaken.
const LIMIT: Duration = Duration::from_secs(15);

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Prompt {
    /// To lay the card on the reader.
    LayCard,
    /// To sign on the applicant screen.
    SignOnScreen,
    /// To sign on the pad.
    SignOnPad,
    /// That the signature has come.
    Signed,
    /// To rate the service.
    Rate,
    /// That the evaluation has come.
    Rated,
    /// To press the right thumb, or any other finger, on the sensor.
    PressFinger,
    /// That everything may be taken along.
    TakeEverything,
}

impl Prompt {
    const ALL: [Self; 8] = [
        Self::LayCard,
        Self::SignOnScreen,
        Self::SignOnPad,
        Self::Signed,
        Self::Rate,
        Self::Rated,
        Self::PressFinger,
        Self::TakeEverything,
    ];
}

/// The sentences, from `assets/prompts/prompts.toml`.
#[derive(Default)]
pub(crate) struct Prompts {
    words: BTreeMap<Prompt, String>,
    /// Counts prompts; the newest is spoken.
    newest: AtomicU64,
}

impl Prompts {
    pub(super) fn read(assets: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(assets.join("prompts/prompts.toml"))?;
        let words: BTreeMap<Prompt, String> = toml::from_str(&text).map_err(|_| Own::ProgramFault)?;
        if Prompt::ALL.iter().any(|one| words.get(one).is_none_or(String::is_empty)) {
            return Err(Own::ProgramFault.into());
        }
        Ok(Self { words, newest: AtomicU64::default() })
    }
}

impl Terminal {
    /// Says a prompt aloud, if this counter has a voice; returns at once.
    pub(crate) fn prompt(&self, prompt: Prompt) {
        let ready =
            |line: &crate::rpc::view::DeviceLine| line.device.class == DeviceClass::Speaker && line.ready;
        if !self.device_lines().iter().any(ready) {
            return;
        }
        let Some(text) = self.devices.prompts.words.get(&prompt).cloned() else { return };
        let Ok((host, device)) = self.device(DeviceClass::Speaker) else { return };
        let number = self.devices.prompts.newest.fetch_add(1, Ordering::SeqCst) + 1;
        let me = self.me.clone();
        let newest = move || {
            me.upgrade().is_some_and(|one| one.devices.prompts.newest.load(Ordering::SeqCst) == number)
        };
        let spoken = std::thread::Builder::new().name("prompt".to_owned()).spawn(move || {
            let task = Task::Speak(SpeechParameters { text });
            if let Err(fault) = run_while(&host, &device.id, (task, LIMIT), newest, |_, _| {}) {
                tracing::info!(code = fault.code(), "a prompt was not spoken to its end");
            }
        });
        if let Err(error) = spoken {
            tracing::warn!(%error, "a prompt is not spoken");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prompt_has_its_short_sentence() {
        let assets = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets"));
        let prompts = Prompts::read(assets).unwrap();
        assert_eq!(prompts.words.len(), Prompt::ALL.len());
        for words in prompts.words.values() {
            assert!((6..=24).contains(&words.chars().count()) && words.ends_with('。'), "{words}");
        }
    }
}
