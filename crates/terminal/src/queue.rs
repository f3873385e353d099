//! Calling the next citizen (叫号): the ticket that is at the window, the next one, those that were passed. A call counts
//! only when the sign or the queue's server has confirmed it.

use crate::Terminal;
use crate::devices::waiting::run_while;
use crate::error::{Own, Result};
use crate::rpc::ChangeSource;
use crate::rpc::request::{CallTicket, Empty};
use crate::rpc::view::{QueueView, TicketState};
use domain::queue::{first_of_day, following, ticket};
use driver_contract::{CallParameters, DeviceClass, Task};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Longer than any driver waits for its confirmation (`answer_ms`, at most 10 s).
const LIMIT: Duration = Duration::from_secs(15);
/// Passed tickets that are kept in sight; who comes back later takes a new one.
const PASSED: usize = 6;

/// The queue as this window knows it; remembered in a file of the profile. Tickets name nobody.
#[derive(Default)]
pub(crate) struct Queue {
    path: PathBuf,
    book: Mutex<Book>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Book {
    /// The day of `ticket` and `passed`.
    day: Date,
    /// Who is, or was last, called to this window.
    ticket: Option<String>,
    /// How often the call was confirmed.
    times: u32,
    /// Tickets that nobody came with, the last one first.
    passed: Vec<String>,
    /// How the last call went; forgotten with the program.
    #[serde(skip)]
    state: Option<TicketState>,
}

impl Book {
    /// Whose turn it is next, as far as numbers tell.
    fn next(&self, today: Date) -> String {
        let after = if self.day == today { following } else { first_of_day };
        self.ticket.as_deref().and_then(after).unwrap_or_default()
    }

    /// A ticket is called. What was called before and is not passed was served.
    fn call(&mut self, number: &str, today: Date) {
        if self.day != today {
            *self = Self { day: today, ..Self::default() };
        }
        self.passed.retain(|one| one != number);
        if self.ticket.as_deref() != Some(number) {
            self.times = 0;
        }
        self.ticket = Some(number.to_owned());
        self.state = Some(TicketState::Calling);
    }

    fn pass(&mut self) {
        let Some(number) = self.ticket.clone() else { return };
        self.passed.retain(|one| *one != number);
        self.passed.insert(0, number);
        self.passed.truncate(PASSED);
        self.state = Some(TicketState::Passed);
    }
}

impl Queue {
    /// What was called before. A file that cannot be read is no queue: the officer types the first ticket.
    pub(crate) fn read(path: PathBuf) -> Self {
        let book = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { path, book: Mutex::new(book.unwrap_or_default()) }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Book)) -> Result<()> {
        let mut book = self.book();
        change(&mut book);
        crate::vault::write_private(&self.path, &serde_json::to_vec(&*book).unwrap_or_default())?;
        Ok(())
    }
}

impl Terminal {
    /// Calls a ticket to this window; the same one again is 重呼. Returns at once.
    pub(crate) fn call_ticket(&self, request: CallTicket) -> Result<QueueView> {
        self.actor()?;
        let number = ticket(&request.ticket).ok_or(Own::TicketUnreadable)?;
        let (host, device) = self.device(DeviceClass::QueueCaller)?;
        let queue = &self.devices.queue;
        let (again, today) = {
            let book = queue.book();
            if book.state == Some(TicketState::Calling) {
                return Err(Own::CallUnderWay.into());
            }
            let today = self.clock.now().day();
            (book.day == today && book.ticket.as_deref() == Some(&number) && book.times > 0, today)
        };
        queue.change(|book| book.call(&number, today))?;
        let me = self.me.clone();
        let window = self.settings.profile.clone();
        let begun = std::thread::Builder::new().name("call".to_owned()).spawn(move || {
            let task = Task::Call(CallParameters { ticket: number, window, again });
            let ended = run_while(&host, &device.id, (task, LIMIT), || me.strong_count() > 0, |_, _| {});
            let Some(terminal) = me.upgrade() else { return };
            let kept = terminal.devices.queue.change(|book| match ended {
                Ok(_) => {
                    book.times += 1;
                    book.state = Some(TicketState::Called);
                }
                Err(fault) => {
                    tracing::info!(code = fault.code(), "a call was not confirmed");
                    let words = format!("{}{}", fault.sentence(), fault.cure());
                    book.state = Some(TicketState::Unconfirmed { words });
                }
            });
            if let Err(error) = kept {
                tracing::warn!(code = error.code(), "the queue is not remembered");
            }
            terminal.changed(ChangeSource::Device, ["queue", "devices"]);
        });
        if let Err(error) = begun {
            // Else it would be under way for ever.
            queue.change(|book| book.state = None)?;
            return Err(error.into());
        }
        self.queue(Empty {})?.ok_or_else(|| Own::NoDevice.into())
    }

    /// Nobody came with the ticket that was called (过号).
    pub(crate) fn pass_ticket(&self, _: Empty) -> Result<QueueView> {
        self.actor()?;
        self.devices.queue.change(Book::pass)?;
        self.changed(ChangeSource::Window, ["queue"]);
        self.queue(Empty {})?.ok_or_else(|| Own::NoDevice.into())
    }

    /// The queue of this window; none where nothing calls.
    pub(crate) fn queue(&self, _: Empty) -> Result<Option<QueueView>> {
        self.actor()?;
        if !self.device_lines().iter().any(|one| one.device.class == DeviceClass::QueueCaller) {
            return Ok(None);
        }
        let (book, today) = (self.devices.queue.book().clone(), self.clock.now().day());
        let next = book.next(today);
        let now = (book.day == today).then_some(book);
        let book = now.unwrap_or_default();
        Ok(Some(QueueView {
            ticket: book.ticket,
            times: book.times,
            state: book.state,
            next,
            passed: book.passed,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_of_calls() {
        let (monday, tuesday) = (date(2026, 11, 23), date(2026, 11, 24));
        let mut book = Book::default();
        assert_eq!(book.next(monday), "", "the first ticket is typed");
        book.call("A008", monday);
        book.times = 2;
        assert_eq!(book.next(monday), "A009");
        book.pass();
        book.call("A009", monday);
        assert_eq!((book.times, book.passed.as_slice()), (0, ["A008".to_owned()].as_slice()));
        book.call("A008", monday);
        assert!(book.passed.is_empty(), "he has come back");
        assert_eq!(book.next(tuesday), "A001");
        book.call("A001", tuesday);
        assert_eq!(
            book,
            Book { day: tuesday, ticket: Some("A001".into()), state: book.state.clone(), ..Book::default() }
        );
    }
}
