//! Work that takes longer than a moment: id, progress, cancel, end.

use crate::Terminal;
use crate::error::{Own, Result, TerminalError};
use crate::rpc::ChangeSource;
use crate::rpc::request::{OneOperation, ProceedOperation};
use crate::rpc::view::{OperationChoice, OperationEnd, OperationView};
use domain::ids::CaseId;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Ended operations are kept so long that a window that reloads still finds how they ended.
const KEPT: usize = 50;

#[derive(Default)]
pub(crate) struct Operations {
    book: Mutex<BTreeMap<String, Entry>>,
}

struct Entry {
    view: OperationView,
    stop: Stop,
}

/// Tells an operation to stop, or that what it waits for is there.
#[derive(Clone, Default)]
pub(crate) struct Stop {
    flag: Arc<AtomicBool>,
    chosen: Arc<Mutex<Option<String>>>,
    paper: paper::Cancellation,
}

impl Stop {
    pub(crate) fn requested(&self) -> bool {
        self.flag.load(Ordering::SeqCst)
    }

    /// What the officer has chosen since the last look.
    pub(crate) fn chosen(&self) -> Option<String> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn paper(&self) -> &paper::Cancellation {
        &self.paper
    }

    fn request(&self) {
        self.flag.store(true, Ordering::SeqCst);
        self.paper.cancel();
    }
}

impl Operations {
    pub(crate) fn running(&self) -> Vec<OperationView> {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.values().filter(|entry| entry.view.end.is_none()).map(|entry| entry.view.clone()).collect()
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut OperationView)) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = book.get_mut(id) {
            change(&mut entry.view);
        }
    }
}

impl Terminal {
    /// Begins an operation on a thread of its own.
    pub(crate) fn begin(
        &self,
        case: Option<CaseId>,
        title: &str,
        work: impl FnOnce(&Terminal, &str, &Stop) -> Result<String> + Send + 'static,
    ) -> Result<OperationView> {
        let id = Uuid::now_v7().to_string();
        let view = OperationView {
            id: id.clone(),
            case,
            title: title.to_owned(),
            progress: String::new(),
            shows: false,
            choices: Vec::new(),
            end: None,
        };
        let stop = Stop::default();
        {
            let mut book = self.operations.book.lock().unwrap_or_else(PoisonError::into_inner);
            while book.len() >= KEPT {
                // Names sort by time: the first ended one is the oldest.
                let Some(oldest) =
                    book.iter().find(|(_, entry)| entry.view.end.is_some()).map(|(id, _)| id.clone())
                else {
                    break;
                };
                book.remove(&oldest);
            }
            book.insert(id.clone(), Entry { view: view.clone(), stop: stop.clone() });
        }
        let terminal = self.myself()?;
        std::thread::Builder::new().name("operation".to_owned()).spawn(move || {
            let run = std::panic::AssertUnwindSafe(|| work(&terminal, &id, &stop));
            let end = match std::panic::catch_unwind(run) {
                Ok(Ok(words)) => OperationEnd::Done { words },
                Ok(Err(_)) if stop.requested() => OperationEnd::Cancelled,
                Ok(Err(error)) => OperationEnd::Failed { error: terminal.rpc_error(&error) },
                Err(_) => OperationEnd::Failed { error: terminal.panic_report("operation") },
            };
            terminal.operations.change(&id, |view| view.end = Some(end));
            terminal.frames.end(&id);
            terminal.changed(ChangeSource::Device, [format!("operation:{id}"), "shell".to_owned()]);
        })?;
        self.changed(ChangeSource::Window, ["shell"]);
        Ok(view)
    }

    /// Tells how far an operation is.
    pub(crate) fn progress(&self, id: &str, words: impl Into<String>) {
        let words = words.into();
        self.operations.change(id, |view| view.progress = words);
        self.changed(ChangeSource::Device, [format!("operation:{id}"), "shell".to_owned()]);
    }

    /// Tells that an operation has pictures of a camera to show.
    pub(crate) fn operation_shows(&self, id: &str) {
        self.operations.change(id, |view| view.shows = true);
        self.changed(ChangeSource::Device, [format!("operation:{id}")]);
    }

    /// Tells what the officer can say to an operation, each with the words of its button; the likeliest first.
    pub(crate) fn operation_offers(&self, id: &str, choices: &[(&str, String)]) {
        let offered = choices
            .iter()
            .map(|(choice, words)| OperationChoice { choice: (*choice).to_owned(), words: words.clone() });
        let offered: Vec<_> = offered.collect();
        self.operations.change(id, |view| view.choices = offered);
        self.changed(ChangeSource::Device, [format!("operation:{id}")]);
    }

    /// Says to an operation what one of its buttons says.
    pub(crate) fn proceed_operation(&self, request: ProceedOperation) -> Result<OperationView> {
        let ProceedOperation { operation, choice } = request;
        {
            let book = self.operations.book.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = book.get(&operation).ok_or(Own::OperationUnknown)?;
            // A second press means the same; one that comes too late means nothing.
            if entry.view.end.is_none() && entry.view.choices.iter().any(|one| one.choice == choice) {
                *entry.stop.chosen.lock().unwrap_or_else(PoisonError::into_inner) = Some(choice);
            }
        }
        self.operation(OneOperation { operation })
    }

    pub(crate) fn operation(&self, request: OneOperation) -> Result<OperationView> {
        let book = self.operations.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.get(&request.operation)
            .map(|entry| entry.view.clone())
            .ok_or_else(|| TerminalError::from(Own::OperationUnknown))
    }

    pub(crate) fn cancel_operation(&self, request: OneOperation) -> Result<OperationView> {
        {
            let book = self.operations.book.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = book.get(&request.operation).ok_or(Own::OperationUnknown)?;
            entry.stop.request();
        }
        self.operation(request)
    }
}
