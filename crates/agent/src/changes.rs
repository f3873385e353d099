//! `GET /changes`: tells a window what changed.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt as _};
use terminal::rpc::{Change, WindowRole};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use crate::door::Door;

/// Events `change` with a [`Change`] as JSON; `gap` when the window was too slow and some are lost. After a
/// gap and after every connection the window asks for everything anew.
pub(crate) async fn changes(
    State(door): State<Arc<Door>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let window = door.window;
    let events = BroadcastStream::new(door.host.subscribe()).map(move |next| Ok(event(window, next)));
    let ending = door.ending.clone();
    Sse::new(events.take_until(ended(ending))).keep_alive(KeepAlive::default())
}

async fn ended(mut ending: tokio::sync::watch::Receiver<bool>) {
    // An error means that the other end is gone: the same.
    let _ = ending.wait_for(|ending| *ending).await;
}

fn event(window: WindowRole, next: Result<Change, BroadcastStreamRecvError>) -> Event {
    next.ok()
        .and_then(|change| Event::default().event("change").json_data(seen_by(window, change)).ok())
        .unwrap_or_else(|| Event::default().event("gap").data("{}"))
}

/// The applicant screen gets every revision, so that it sees gaps, but learns of no case.
fn seen_by(window: WindowRole, mut change: Change) -> Change {
    if window == WindowRole::Applicant {
        change.topics.retain(|topic| topic == "applicant");
    }
    change
}

#[cfg(test)]
mod tests {
    use super::*;
    use terminal::rpc::ChangeSource;

    #[test]
    fn the_applicant_screen_learns_of_no_case() {
        let change = Change {
            revision: 7,
            topics: vec!["case:1".into(), "applicant".into(), "operation:2".into()],
            source: ChangeSource::Window,
        };
        assert_eq!(seen_by(WindowRole::Officer, change.clone()), change);
        let seen = seen_by(WindowRole::Applicant, change);
        assert_eq!((seen.revision, seen.topics), (7, vec!["applicant".to_owned()]));
    }

    #[test]
    fn lost_changes_are_told() {
        let lost = event(WindowRole::Applicant, Err(BroadcastStreamRecvError::Lagged(3)));
        assert!(format!("{lost:?}").contains("event: gap"), "{lost:?}");
    }
}
