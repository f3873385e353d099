//! Faults on demand: what a test or a trainer wants the register to do wrong.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::envelope::failure;
use super::wire::Cut;
use crate::effects::{Mode, Reason};

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
    /// Takes the next act that is handed over and does it later
    SlowEffect {
        /// After so many milliseconds; `null`: when it is let go
        #[serde(default)]
        milliseconds: Option<u64>,
    },
    /// Does the next act that is handed over only in part
    HalfEffect {
        /// How often going on with it is refused
        #[serde(default)]
        refusals: u32,
        /// Why
        #[serde(default)]
        reason: Reason,
    },
}

impl Fault {
    /// How it bends an act that is handed over; none for faults of the line.
    fn mode(&self) -> Option<Mode> {
        match self {
            Self::SlowEffect { milliseconds } => Some(Mode::Slow { milliseconds: *milliseconds }),
            Self::HalfEffect { refusals, reason } => {
                Some(Mode::Half { refusals: *refusals, reason: reason.clone() })
            }
            _ => None,
        }
    }

    /// Of which sort a request meets one only: those of the line, and those of the act.
    fn sort(&self) -> u8 {
        match self {
            Self::Delay { .. } => 0,
            Self::SlowEffect { .. } | Self::HalfEffect { .. } => 1,
            _ => 2,
        }
    }
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

    /// Every fault this request meets, counting it down. All matching delays apply, the first fault of the line, and
    /// for an act that is handed over the first that bends acts.
    fn take(&self, path: &str, hands_over: bool) -> Vec<Fault> {
        let mut met: Vec<Fault> = Vec::new();
        let mut orders = self.lock();
        for order in orders.iter_mut() {
            let sort = order.fault.sort();
            let taken = match sort {
                0 => false,
                1 => !hands_over || met.iter().any(|fault| fault.sort() == 1),
                _ => met.iter().any(|fault| fault.sort() == sort),
            };
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
    mut request: Request,
    next: Next,
) -> Response {
    let mut outcome = None;
    let hands_over = request.method() == Method::POST && request.uri().path() == "/v1/effects";
    for fault in shared.faults.take(request.uri().path(), hands_over) {
        if let Fault::Delay { milliseconds } = fault {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        } else if let Some(mode) = fault.mode() {
            request.extensions_mut().insert(mode);
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
        Some(Fault::Delay { .. } | Fault::SlowEffect { .. } | Fault::HalfEffect { .. }) | None => {
            next.run(request).await
        }
    }
}
