//! A line that fails on demand: it reads whole HTTP requests and passes them on, or does something worse.

use super::Random;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the line does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toxic {
    /// Passes it on.
    None,
    /// Closes the connection before the server hears of it.
    Drop,
    /// The server does it; the answer is lost.
    LoseReply,
    /// Half of the answer arrives.
    Truncate,
    /// Some milliseconds late.
    Delay,
    /// The server gets it two to five times; repeats may come late.
    Duplicate,
    /// Nothing comes back, the connection stays.
    HalfOpen,
    /// A log-in page of the building's network.
    Portal,
    /// The same by redirection.
    Redirect,
    /// A gateway is overloaded.
    Busy,
    /// A gateway counts requests.
    TooMany,
    /// A gateway takes no body of this size.
    TooLarge,
}

const RANDOM: [Toxic; 8] = [
    Toxic::Drop,
    Toxic::LoseReply,
    Toxic::Truncate,
    Toxic::Delay,
    Toxic::Duplicate,
    Toxic::Duplicate,
    Toxic::Portal,
    Toxic::Busy,
];

/// Changes the body of an answer: path of the request, body.
pub type Lie = fn(&str, Vec<u8>) -> Vec<u8>;

struct State {
    lie: Option<Lie>,
    upstream: SocketAddr,
    toxic: Toxic,
    /// Percent of requests that something random happens to.
    rate: u64,
    random: Random,
    requests: u64,
}

pub struct Proxy {
    pub addr: SocketAddr,
    state: Arc<Mutex<State>>,
    cut: watch::Sender<u64>,
}

impl Proxy {
    pub async fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let state =
            State { lie: None, upstream, toxic: Toxic::None, rate: 0, random: Random(1), requests: 0 };
        let state = Arc::new(Mutex::new(state));
        let (cut, cuts) = watch::channel(0);
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (shared, mut cuts) = (Arc::clone(&shared), cuts.clone());
                tokio::spawn(async move {
                    cuts.borrow_and_update();
                    tokio::select! {
                        _ = serve(client, shared) => {}
                        _ = cuts.changed() => {}
                    }
                });
            }
        });
        Self { addr, state, cut }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// From now on the line does this, to connections that stand too.
    pub fn set(&self, toxic: Toxic) {
        let mut state = self.state.lock().unwrap();
        state.toxic = toxic;
        state.rate = 0;
        drop(state);
        self.cut.send_modify(|count| *count += 1);
    }

    pub fn set_random(&self, seed: u64, rate: u64) {
        let mut state = self.state.lock().unwrap();
        state.random = Random(seed);
        state.rate = rate;
        drop(state);
        self.cut.send_modify(|count| *count += 1);
    }

    pub fn lead_to(&self, upstream: SocketAddr) {
        self.state.lock().unwrap().upstream = upstream;
        self.cut.send_modify(|count| *count += 1);
    }

    /// Somebody in the line changes answers.
    pub fn set_lie(&self, lie: Option<Lie>) {
        self.state.lock().unwrap().lie = lie;
        self.cut.send_modify(|count| *count += 1);
    }

    pub fn requests(&self) -> u64 {
        self.state.lock().unwrap().requests
    }
}

async fn serve(mut client: TcpStream, state: Arc<Mutex<State>>) -> std::io::Result<()> {
    while let Some(request) = message(&mut client).await? {
        let (upstream, toxic, many, lie) = {
            let mut state = state.lock().unwrap();
            state.requests += 1;
            let mut toxic = state.toxic;
            if toxic == Toxic::None && state.random.below(100) < state.rate {
                toxic = RANDOM[state.random.below(RANDOM.len() as u64) as usize];
            }
            (state.upstream, toxic, 1 + state.random.below(4), state.lie)
        };
        match toxic {
            Toxic::None => {
                let mut reply = pass(upstream, &request).await?;
                if let Some(lie) = lie {
                    reply = told_otherwise(&request, &reply, lie);
                }
                client.write_all(&reply).await?;
            }
            Toxic::Drop => return Ok(()),
            Toxic::LoseReply => {
                pass(upstream, &request).await?;
                return Ok(());
            }
            Toxic::Truncate => {
                let reply = pass(upstream, &request).await?;
                client.write_all(&reply[..reply.len() / 2]).await?;
                return Ok(());
            }
            Toxic::Delay => {
                tokio::time::sleep(Duration::from_millis(20 * many)).await;
                client.write_all(&pass(upstream, &request).await?).await?;
            }
            Toxic::Duplicate => {
                for late in 1..=many {
                    let again = request.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(late * late * 15)).await;
                        let _ = pass(upstream, &again).await;
                    });
                }
                client.write_all(&pass(upstream, &request).await?).await?;
            }
            Toxic::HalfOpen => std::future::pending().await,
            Toxic::Portal => {
                let page = "<html><body>Please log in to the network</body></html>";
                let reply = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{page}",
                    page.len()
                );
                client.write_all(reply.as_bytes()).await?;
            }
            Toxic::Redirect => {
                let reply =
                    "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n";
                client.write_all(reply.as_bytes()).await?;
            }
            Toxic::Busy => {
                let reply = "HTTP/1.1 503 Busy\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
                client.write_all(reply.as_bytes()).await?;
            }
            Toxic::TooMany => {
                let reply =
                    "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 4\r\n\r\nslow";
                client.write_all(reply.as_bytes()).await?;
            }
            Toxic::TooLarge => {
                let reply = "HTTP/1.1 413 Content Too Large\r\ncontent-type: text/html\r\ncontent-length: 9\r\n\r\n<p>413<p>";
                client.write_all(reply.as_bytes()).await?;
            }
        }
    }
    Ok(())
}

fn told_otherwise(request: &[u8], reply: &[u8], lie: Lie) -> Vec<u8> {
    let line = String::from_utf8_lossy(request);
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let end = reply.windows(4).position(|part| part == b"\r\n\r\n").unwrap() + 4;
    let head = String::from_utf8_lossy(&reply[..end]).into_owned();
    if !head.starts_with("HTTP/1.1 200") {
        return reply.to_vec();
    }
    let body = lie(&path, reply[end..].to_vec());
    let media = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-type")).unwrap();
    let head = format!("HTTP/1.1 200 OK\r\n{media}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body].concat()
}

/// One request to the server and its whole answer.
async fn pass(upstream: SocketAddr, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream).await?;
    server.write_all(request).await?;
    message(&mut server).await?.ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
}

/// Reads one HTTP/1.1 message with a body of told length.
async fn message(stream: &mut TcpStream) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |value| value.trim().parse::<usize>().unwrap());
    while bytes.len() < head + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(bytes))
}
