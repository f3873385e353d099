//! A line between a terminal and the server that a test holds in its hand.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// Everything goes through.
const WHOLE: u8 = 0;
/// The next push reaches the server; its answer is lost, and the line with it.
const LOSES_ANSWER: u8 = 1;
/// Nothing goes through.
const DOWN: u8 = 2;

/// Acts go through; files do not.
const HOLDS_FILES: u8 = 3;

/// How the request begins that brings acts.
const PUSH: &[u8] = b"POST /v1/push";
/// Where files go.
const FILES: &[u8] = b"/v1/blobs/";

/// The line; cloned, it is the same line.
#[derive(Clone)]
pub struct Line {
    pub address: SocketAddr,
    state: Arc<AtomicU8>,
}

impl Line {
    pub fn to(server: SocketAddr, runtime: &Runtime) -> Self {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let line = Self { address: listener.local_addr().unwrap(), state: Arc::new(AtomicU8::new(WHOLE)) };
        let shared = line.clone();
        runtime.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(shared.clone().carry(near, server));
            }
        });
        line
    }

    pub fn lose_the_answer_of_the_next_push(&self) {
        self.state.store(LOSES_ANSWER, Ordering::SeqCst);
    }

    pub fn hold_files(&self) {
        self.state.store(HOLDS_FILES, Ordering::SeqCst);
    }

    pub fn cut(&self) {
        self.state.store(DOWN, Ordering::SeqCst);
    }

    pub fn is_down(&self) -> bool {
        self.state.load(Ordering::SeqCst) == DOWN
    }

    pub fn mend(&self) {
        self.state.store(WHOLE, Ordering::SeqCst);
    }

    async fn carry(self, near: TcpStream, server: SocketAddr) {
        if self.is_down() {
            return;
        }
        let Ok(far) = TcpStream::connect(server).await else { return };
        let (mut from_near, mut to_near) = near.into_split();
        let (mut from_far, mut to_far) = far.into_split();
        let losing = AtomicBool::new(false);
        let there = async {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = from_near.read(&mut buffer).await {
                let has = |what: &[u8]| buffer[..count].windows(what.len()).any(|part| part == what);
                if has(FILES) && self.state.load(Ordering::SeqCst) == HOLDS_FILES {
                    break;
                }
                if has(PUSH) && self.state.load(Ordering::SeqCst) == LOSES_ANSWER {
                    losing.store(true, Ordering::SeqCst);
                }
                if self.is_down() || to_far.write_all(&buffer[..count]).await.is_err() {
                    break;
                }
            }
        };
        let back = async {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = from_far.read(&mut buffer).await {
                if losing.load(Ordering::SeqCst) {
                    self.state.store(DOWN, Ordering::SeqCst);
                }
                if self.is_down() || to_near.write_all(&buffer[..count]).await.is_err() {
                    break;
                }
            }
        };
        tokio::select! { () = there => {} () = back => {} }
    }
}
