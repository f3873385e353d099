//! The two entry commands. Which window may call which is fixed twice: by its capability file, and here by the
//! window that the call comes from. Nothing in a payload says who asks.

use std::sync::Arc;

use serde_json::Value;
use tauri::{State, Webview};
use terminal::Terminal;
use terminal::rpc::{RpcError, WindowRole, shipped_error};

use crate::windows::role_of;

/// Runs a command of the officer window.
#[tauri::command]
pub(crate) async fn officer_rpc(
    webview: Webview,
    terminal: State<'_, Arc<Terminal>>,
    command: String,
    payload: Value,
) -> Result<Value, RpcError> {
    run(WindowRole::Officer, webview.label(), &terminal, command, payload).await
}

/// Runs a command of the applicant screen.
#[tauri::command]
pub(crate) async fn applicant_rpc(
    webview: Webview,
    terminal: State<'_, Arc<Terminal>>,
    command: String,
    payload: Value,
) -> Result<Value, RpcError> {
    run(WindowRole::Applicant, webview.label(), &terminal, command, payload).await
}

async fn run(
    entry: WindowRole,
    label: &str,
    terminal: &Arc<Terminal>,
    command: String,
    payload: Value,
) -> Result<Value, RpcError> {
    if role_of(label) != Some(entry) {
        return Err(shipped_error("SHELL_WINDOW"));
    }
    let terminal = Arc::clone(terminal);
    tauri::async_runtime::spawn_blocking(move || terminal.call(entry, &command, payload))
        .await
        .unwrap_or_else(|_| Err(shipped_error("SHELL_ENDING")))
}
