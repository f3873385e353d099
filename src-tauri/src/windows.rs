//! The two windows and where they stand.

use tauri::webview::NewWindowResponse;
use tauri::{
    App, AppHandle, LogicalPosition, LogicalSize, Manager, Monitor, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, WindowEvent,
};
use terminal::rpc::WindowRole;

use crate::options::Options;
use crate::process::automated;

/// Both roles.
pub(crate) const ROLES: [WindowRole; 2] = [WindowRole::Officer, WindowRole::Applicant];
/// Origin of the embedded pages.
pub(crate) const PAGE_ORIGIN: &str = "tauri://localhost";
/// Smallest size that the officer's screens are made for, at 100 %.
const SMALLEST: LogicalSize<f64> = LogicalSize { width: 1024.0, height: 720.0 };
/// Size of the applicant screen while it has no monitor of its own.
const APPLICANT_SIZE: LogicalSize<f64> = LogicalSize { width: 1024.0, height: 768.0 };

/// Name of a window inside the shell.
pub(crate) const fn label_of(window: WindowRole) -> &'static str {
    match window {
        WindowRole::Officer => "officer",
        WindowRole::Applicant => "applicant",
    }
}

/// Role of a window; none for one that this shell did not open.
pub(crate) fn role_of(label: &str) -> Option<WindowRole> {
    ROLES.into_iter().find(|&window| label_of(window) == label)
}

/// Opens the windows.
///
/// # Errors
/// The display refuses.
pub(crate) fn open(app: &App, options: &Options) -> tauri::Result<()> {
    let monitors = app.available_monitors()?;
    let first = app.primary_monitor()?.or_else(|| monitors.first().cloned());
    if !options.without_applicant {
        let second =
            monitors.iter().find(|monitor| first.as_ref().is_some_and(|first| apart(first, monitor)));
        open_applicant(app, options, first.as_ref(), second)?;
    }
    // Last, so that it is in front and has the keyboard.
    open_officer(app, options, first.as_ref())
}

/// Whether two monitors show different things: mirrored ones stand at the same place.
fn apart(one: &Monitor, other: &Monitor) -> bool {
    one.position() != other.position()
}

fn open_officer(app: &App, options: &Options, monitor: Option<&Monitor>) -> tauri::Result<()> {
    let title = format!("{} · 窗口终端", options.profile);
    let mut builder = builder(app, options, WindowRole::Officer, "index.html").title(title).maximized(true);
    if let Some(monitor) = monitor {
        // For the moment before the window manager fills the screen, and for displays without one.
        let (place, size) = area(monitor);
        builder = builder.position(place.x, place.y).inner_size(size.width, size.height);
    }
    let window = builder.min_inner_size(SMALLEST.width, SMALLEST.height).build()?;
    let app = app.handle().clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { .. } = event {
            // The applicant screen is nothing without its officer.
            app.exit(0);
        }
    });
    Ok(())
}

fn open_applicant(
    app: &App,
    options: &Options,
    first: Option<&Monitor>,
    second: Option<&Monitor>,
) -> tauri::Result<()> {
    let title = format!("{} · 客屏", options.profile);
    let mut builder = builder(app, options, WindowRole::Applicant, "applicant.html")
        .title(title)
        .focused(false)
        .closable(false);
    if let Some(second) = second {
        let (place, size) = area(second);
        builder = builder.position(place.x, place.y).inner_size(size.width, size.height).fullscreen(true);
    } else {
        builder = builder.inner_size(APPLICANT_SIZE.width, APPLICANT_SIZE.height);
        if let Some(first) = first {
            let (place, size) = area(first);
            builder = builder.position((place.x + size.width - APPLICANT_SIZE.width).max(place.x), place.y);
        }
    }
    let window = builder.build()?;
    window.on_window_event(|event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            // A citizen's tap on a corner must not close the screen.
            api.prevent_close();
        }
    });
    Ok(())
}

fn area(monitor: &Monitor) -> (LogicalPosition<f64>, LogicalSize<f64>) {
    let scale = monitor.scale_factor();
    (monitor.position().to_logical(scale), monitor.size().to_logical(scale))
}

fn builder<'a>(
    app: &'a App,
    options: &Options,
    window: WindowRole,
    page: &str,
) -> WebviewWindowBuilder<'a, tauri::Wry, App> {
    let builder = WebviewWindowBuilder::new(app, label_of(window), WebviewUrl::App(page.into()))
        .on_navigation(|address| address.as_str().starts_with(PAGE_ORIGIN))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .disable_drag_drop_handler()
        .devtools(cfg!(debug_assertions));
    let Ok(settings) = options.settings() else { return builder.incognito(true) };
    // What the web view writes for itself (salts, list of HSTS hosts) stays with the profile.
    let folder = settings.data.join("webkit");
    if automated() {
        // A driver reaches one context only, and none that forgets everything.
        return builder.data_directory(folder);
    }
    // Nothing of a page is ever written to the disk. Each such window has a context of its own, and a folder of its
    // own makes the shell announce the pages' scheme to each; with a common one the second window stays empty.
    builder.data_directory(folder.join(label_of(window))).incognito(true)
}

/// Brings the officer window to the front.
pub(crate) fn raise(app: &AppHandle) {
    let window: Option<WebviewWindow> = app.get_webview_window(label_of(WindowRole::Officer));
    if let Some(window) = window {
        let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window does not come to the front");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_roles_are_one_to_one() {
        for window in ROLES {
            assert_eq!(role_of(label_of(window)), Some(window));
        }
        for label in ["", "main", "officer2", "Officer", "applicant "] {
            assert_eq!(role_of(label), None);
        }
    }

    /// The capability files name these labels and give each one entry command.
    #[test]
    fn each_capability_gives_one_entry_command_to_one_window() {
        for (text, window, permission) in [
            (include_str!("../capabilities/officer.json"), WindowRole::Officer, "allow-officer-rpc"),
            (include_str!("../capabilities/applicant.json"), WindowRole::Applicant, "allow-applicant-rpc"),
        ] {
            let capability: serde_json::Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(capability["webviews"], serde_json::json!([label_of(window)]));
            assert_eq!(capability["permissions"], serde_json::json!([permission]));
            assert!(capability.get("remote").is_none() && capability.get("windows").is_none());
        }
    }

    #[test]
    fn the_content_policy_lets_in_nothing_foreign() {
        let text = include_str!("../tauri.conf.json");
        let configuration: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let policy = configuration["app"]["security"]["csp"].as_str().expect("a policy");
        assert!(policy.starts_with("default-src 'none'"));
        for word in ["unsafe", "http", "data:", "*"] {
            assert!(!policy.contains(word), "{word}");
        }
    }
}
