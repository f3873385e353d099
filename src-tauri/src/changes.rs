//! Tells the windows what changed: `terminal-change` with a change, `terminal-gap` when some were lost. They are
//! events of the page itself, handed to one window at a time: the shell's own event system would need a
//! permission that lets one window listen to what is meant for the other.

use tauri::{AppHandle, Manager as _};
use terminal::rpc::{Change, WindowRole};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::windows::{ROLES, label_of};

/// Hands changes on until the terminal is gone.
pub(crate) async fn forward(app: AppHandle, mut changes: Receiver<Change>) {
    loop {
        let change = match changes.recv().await {
            Ok(change) => Some(change),
            Err(RecvError::Lagged(_)) => None,
            Err(RecvError::Closed) => return,
        };
        for window in ROLES {
            let Some(webview) = app.get_webview_window(label_of(window)) else { continue };
            if let Err(error) = webview.eval(script(window, change.as_ref())) {
                tracing::warn!(%error, "a window does not hear of changes");
            }
        }
    }
}

/// What the window runs. JSON is JavaScript; topics are names and numbers.
fn script(window: WindowRole, change: Option<&Change>) -> String {
    let seen = change.and_then(|change| serde_json::to_string(&seen_by(window, change.clone())).ok());
    match seen {
        Some(change) => format!("dispatchEvent(new CustomEvent('terminal-change',{{detail:{change}}}))"),
        None => "dispatchEvent(new CustomEvent('terminal-gap'))".to_owned(),
    }
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
            topics: vec!["case:1".into(), "applicant".into()],
            source: ChangeSource::Sync,
        };
        let officer = script(WindowRole::Officer, Some(&change));
        assert!(
            officer.contains(r#"{"revision":7,"topics":["case:1","applicant"],"source":"sync"}"#),
            "{officer}"
        );
        let applicant = script(WindowRole::Applicant, Some(&change));
        assert!(
            applicant.contains(r#"{"revision":7,"topics":["applicant"],"source":"sync"}"#),
            "{applicant}"
        );
    }

    #[test]
    fn lost_changes_are_told() {
        assert!(script(WindowRole::Officer, None).contains("terminal-gap"));
    }
}
