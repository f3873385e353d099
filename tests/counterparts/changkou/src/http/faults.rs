//! Faults on demand: what a test or a trainer wants the register to do wrong.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::envelope::failure;
use super::wire::Cut;

/// One way to go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Waits before handling the request
    Delay {
        /// How long, in milliseconds
        milliseconds: u64,
    },
    /// Ends the connection before anything is done
    DropBefore,
    /// Does the work, commits it, and ends the connection without an answer
    DropAfterCommit,
    /// Answers 503 without doing anything
    Unavailable,
    /// Does the work and answers 200 with bytes that are no JSON
    Garbage,
    /// Ends every connection; health checks too
    Down,
}

/// A fault with its scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What goes wrong
    #[serde(flatten)]
    pub fault: Fault,
    /// For how many requests; `null` until it is cleared
    #[serde(default)]
    pub requests: Option<u32>,
    /// Only for paths that begin so; empty for all
    #[serde(default)]
    pub path_prefix: String,
}

/// The faults in force.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Order>>);

impl Faults {
    /// Adds a fault after those in force.
    pub fn add(&self, order: Order) {
        self.lock().push(order);
    }

    /// Ends all faults.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The faults in force.
    pub fn list(&self) -> Vec<Order> {
        self.lock().clone()
    }

    /// Every fault this request meets, counting it down. All matching delays apply, and the first other.
    fn take(&self, path: &str) -> Vec<Fault> {
        let mut met: Vec<Fault> = Vec::new();
        let mut orders = self.lock();
        for order in orders.iter_mut() {
            let delay = matches!(order.fault, Fault::Delay { .. });
            let taken = !delay && met.iter().any(|fault| !matches!(fault, Fault::Delay { .. }));
            if !path.starts_with(&order.path_prefix) || order.requests == Some(0) || taken {
                continue;
            }
            if let Some(left) = &mut order.requests {
                *left -= 1;
            }
            met.push(order.fault.clone());
        }
        orders.retain(|order| order.requests != Some(0));
        met
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Order>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the faults in force happen around a request.
pub(super) async fn inject(
    State(shared): State<Shared>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
    next: Next,
) -> Response {
    let mut outcome = None;
    for fault in shared.faults.take(request.uri().path()) {
        if let Fault::Delay { milliseconds } = fault {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        } else {
            outcome = Some(fault);
        }
    }
    match outcome {
        Some(Fault::Down | Fault::DropBefore) => {
            cut.cut();
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Some(Fault::Unavailable) => failure(
            &shared.register,
            StatusCode::SERVICE_UNAVAILABLE,
            "REGISTER_UNAVAILABLE",
            "常口系统暂不可用",
        ),
        Some(Fault::DropAfterCommit) => {
            let answer = next.run(request).await;
            cut.cut();
            answer
        }
        Some(Fault::Garbage) => {
            next.run(request).await;
            ([(header::CONTENT_TYPE, "application/json")], "\u{0}<html>{\"state\":").into_response()
        }
        Some(Fault::Delay { .. }) | None => next.run(request).await,
    }
}
