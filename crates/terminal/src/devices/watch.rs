//! The card reader, watched for cards laid on an empty desk; the code scanner, watched for numbers of cases.

use super::CARD_INTERVAL;
use crate::Terminal;
use crate::card::LaidCard;
use crate::error::Result;
use crate::rpc::ChangeSource;
use driver_contract::{CardNews, CodeNews, DeviceClass, Fault, Watch};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{MutexGuard, PoisonError};

impl Terminal {
    /// What the watch met at the card reader.
    pub(super) fn reader_trouble(&self) -> Option<Fault> {
        self.devices.reader_trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_reader_trouble(&self, trouble: Option<Fault>) {
        *self.devices.reader_trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Watches the card reader while somebody works here.
    pub(super) fn watch_cards(&self) {
        let working = self.actor().is_ok();
        let mut watch = self.devices.watch.lock().unwrap_or_else(PoisonError::into_inner);
        if !working {
            *watch = None;
            return;
        }
        if watch.is_some() || !self.devices.watched {
            return;
        }
        match self.begin_watch() {
            Ok(begun) => *watch = Some(begun),
            Err(error) => tracing::warn!(%error, "the card reader is not watched"),
        }
    }

    /// Watches the card reader of a window that else leaves it alone; none where it is watched anyhow.
    pub(crate) fn watch_for_row_cards(&self) -> Result<Option<Watch>> {
        if self.devices.watched { Ok(None) } else { self.begin_watch().map(Some) }
    }

    fn begin_watch(&self) -> Result<Watch> {
        let (host, device) = self.device(DeviceClass::IdCardReader)?;
        let me = self.me.clone();
        let begun = host.watch_cards(&device.id, CARD_INTERVAL, move |news| {
            let Some(terminal) = me.upgrade() else { return };
            terminal.note_reader_trouble(match &news {
                CardNews::Trouble(fault) => Some(fault.clone()),
                _ => None,
            });
            match news {
                CardNews::Read(reading) => terminal.card_laid(LaidCard::Read(reading)),
                CardNews::Failed(fault) => terminal.card_laid(LaidCard::Failed(Box::new(fault))),
                CardNews::Removed => terminal.card_removed(),
                CardNews::Trouble(fault) => {
                    terminal.told_row_cards(&LaidCard::Failed(Box::new(fault)));
                    terminal.changed(ChangeSource::Device, ["shell", "devices"]);
                }
                CardNews::Ready | CardNews::Present => {
                    terminal.changed(ChangeSource::Device, ["shell", "devices"]);
                }
            }
        });
        Ok(begun?)
    }

    /// Watches the code scanner while somebody works here.
    pub(super) fn watch_codes(&self) {
        let working = self.actor().is_ok();
        let mut watch = self.devices.code_watch.lock().unwrap_or_else(PoisonError::into_inner);
        if !working {
            *watch = None;
            return;
        }
        if watch.is_some() || !self.devices.watched {
            return;
        }
        let Ok((host, device)) = self.device(DeviceClass::CodeScanner) else { return };
        let me = self.me.clone();
        let begun = host.watch_codes(&device.id, move |news| {
            let Some(terminal) = me.upgrade() else { return };
            match news {
                CodeNews::Read(reading) => {
                    let trial = terminal.code_trial().take();
                    // A test that has ended meanwhile wants nothing.
                    let taken = trial.is_some_and(|trial| trial.send(reading.text.chars().count()).is_ok());
                    if !taken {
                        terminal.code_scanned(&reading.text);
                    }
                }
                CodeNews::Ready | CodeNews::Trouble(_) => {
                    terminal.changed(ChangeSource::Device, ["shell", "devices"]);
                }
            }
        });
        match begun {
            Ok(begun) => *watch = Some(begun),
            Err(error) => tracing::warn!(%error, "the code scanner is not watched"),
        }
    }

    fn code_trial(&self) -> MutexGuard<'_, Option<Sender<usize>>> {
        self.devices.code_trial.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The length of the next code that the watched scanner reads; a second asker takes the place of the first. `None`
    /// where no scanner is watched.
    pub(super) fn next_code(&self) -> Option<Receiver<usize>> {
        self.devices.code_watch.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?;
        let (trial, code) = channel();
        *self.code_trial() = Some(trial);
        Some(code)
    }
}
