//! Watches the line with the smallest request there is. Only this lane says that the server is gone, and an
//! answer of any lane says that it is there.

use crate::client::Channel;
use crate::core::Core;
use crate::lane::{Next, Work};
use crate::{Result, SyncError};
use futures::future::BoxFuture;
use protocol::enrol::ServerTime;
use std::sync::Arc;
use std::time::Duration;

/// A line that is up is asked this often; 500 terminals are 50 small requests a second.
const PULSE: Duration = Duration::from_secs(10);
/// Longest pause between tries while it is down: what an officer waits for the green lamp after the cable is in.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A line that needs longer for a hundred bytes is of no use to an officer.
const ANSWER: Duration = Duration::from_secs(4);

pub(crate) struct Probe {
    pub(crate) core: Arc<Core>,
}

impl Work for Probe {
    fn round(&self) -> BoxFuture<'_, Result<Next>> {
        Box::pin(async {
            match self.ask().await {
                Ok(time) => {
                    self.core.saw_answer();
                    self.core.heard_time(time.now, time.incarnation);
                    Ok(Next::Rest(PULSE))
                }
                Err(fault) => {
                    self.core.saw_no_line();
                    Err(fault)
                }
            }
        })
    }

    fn longest_pause(&self) -> Duration {
        LONGEST_PAUSE
    }
}

impl Probe {
    async fn ask(&self) -> Result<ServerTime> {
        let time: ServerTime = self.core.client.get(Channel::Probe, "/v1/time", ANSWER).await?;
        if time.version != protocol::VERSION {
            return Err(SyncError::offline("another version of the protocol"));
        }
        if time.server_key != self.core.server_key.as_bytes() {
            return Err(SyncError::offline("another server"));
        }
        Ok(time)
    }
}
