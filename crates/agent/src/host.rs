//! What the agent needs of a terminal.

use std::sync::Arc;

use serde_json::Value;
use terminal::Terminal;
use terminal::rpc::{Change, Resource, RpcError, WindowRole};
use tokio::sync::broadcast::Receiver;

/// A terminal as the windows see it. All but [`Host::subscribe`] block.
pub trait Host: Send + Sync + 'static {
    /// Runs a command for a window.
    ///
    /// # Errors
    /// Why the command did not work.
    fn call(&self, window: WindowRole, command: &str, payload: Value) -> Result<Value, RpcError>;

    /// Everything that changes from now on.
    fn subscribe(&self) -> Receiver<Change>;

    /// A picture as JPEG, no side longer than `side` pixels.
    ///
    /// # Errors
    /// Not there, or not for this window.
    fn picture(&self, window: WindowRole, blob: &str, side: u32) -> Result<Resource, RpcError>;

    /// A printed paper as PDF.
    ///
    /// # Errors
    /// Not there, or not for this window.
    fn document(&self, window: WindowRole, blob: &str) -> Result<Resource, RpcError>;

    /// A signature's strokes as JSON.
    ///
    /// # Errors
    /// Not there, or not for this window.
    fn strokes(&self, window: WindowRole, blob: &str) -> Result<Resource, RpcError>;

    /// The newest picture of a camera that an operation shows; empty when none came in a moment.
    ///
    /// # Errors
    /// There is no such operation, or not for this window.
    fn frame(&self, window: WindowRole, operation: &str) -> Result<Resource, RpcError>;
}

impl Host for Arc<Terminal> {
    fn call(&self, window: WindowRole, command: &str, payload: Value) -> Result<Value, RpcError> {
        Terminal::call(self, window, command, payload)
    }

    fn subscribe(&self) -> Receiver<Change> {
        Terminal::subscribe(self)
    }

    fn picture(&self, window: WindowRole, blob: &str, side: u32) -> Result<Resource, RpcError> {
        Terminal::picture(self, window, blob, side)
    }

    fn document(&self, window: WindowRole, blob: &str) -> Result<Resource, RpcError> {
        Terminal::document(self, window, blob)
    }

    fn strokes(&self, window: WindowRole, blob: &str) -> Result<Resource, RpcError> {
        Terminal::strokes(self, window, blob)
    }

    fn frame(&self, window: WindowRole, operation: &str) -> Result<Resource, RpcError> {
        Terminal::frame(self, window, operation)
    }
}
