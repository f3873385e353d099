//! The scanner: a server on a free port of this PC.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use image::RgbImage;

use super::documents::{capabilities, status};
use super::fault::ScannerFault;
use super::http::{Request, answer, request};
use super::state::{JobEnd, State};

const XML: &str = "Content-Type: text/xml\r\n";
const JPEG: &str = "Content-Type: image/jpeg\r\n";

/// A scanner that serves until it is dropped.
pub struct NetworkScanner {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl NetworkScanner {
    /// Serves on a free port of this PC; with `port`, on that one.
    ///
    /// # Errors
    /// The port is taken.
    pub fn start(port: Option<u16>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port.unwrap_or(0)))?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new().name("network-scanner".into()).spawn({
            let (state, stop) = (Arc::clone(&state), Arc::clone(&stop));
            move || {
                for stream in listener.incoming() {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let Ok(stream) = stream else { continue };
                    let (state, stop) = (Arc::clone(&state), Arc::clone(&stop));
                    // A client that hangs must not keep the next one waiting.
                    let _ = std::thread::Builder::new().name("network-scan".into()).spawn(move || {
                        if let Err(error) = converse(&stream, &state, &stop) {
                            tracing::debug!(%error, "network scanner");
                        }
                    });
                }
            }
        })?;
        Ok(Self { address, state, stop, thread: Some(thread) })
    }

    /// Where it serves, as its clients are told.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/eSCL", self.address)
    }

    /// The port that it serves on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Tells it to do something wrong.
    pub fn set_fault(&self, fault: ScannerFault) {
        lock(&self.state).fault = fault;
    }

    /// Lays a picture of 300 dpi on the glass.
    pub fn lay(&self, picture: RgbImage) {
        lock(&self.state).glass = Some(picture);
    }

    /// Puts a sheet into the feeder, after those in it: its front and its back, at 300 dpi.
    pub fn feed(&self, front: RgbImage, back: RgbImage) {
        lock(&self.state).feeder.push((front, back));
    }

    /// How many sheets lie in the feeder.
    #[must_use]
    pub fn sheets(&self) -> usize {
        lock(&self.state).feeder.len()
    }

    /// Takes all sheets out of the feeder.
    pub fn clear_feeder(&self) {
        lock(&self.state).feeder.clear();
    }

    /// How many jobs were made, and how many were given back by their client.
    #[must_use]
    pub fn jobs(&self) -> (usize, u32) {
        let state = lock(&self.state);
        (state.jobs.len(), state.deleted)
    }
}

impl Drop for NetworkScanner {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread out of its wait.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn converse(stream: &TcpStream, state: &Mutex<State>, stop: &AtomicBool) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    let mut stream = stream;
    let asked = request(&mut stream)?;
    let fault = lock(state).fault;
    match fault {
        ScannerFault::NoHttp => return stream.write_all(b"\x01\x02\x03\r\n\r\n"),
        ScannerFault::Status(status) => return plain(&mut stream, status),
        ScannerFault::Redirect => {
            return answer(&mut stream, 307, "Location: http://127.0.0.1:9/eSCL/ScannerStatus\r\n", b"", 0);
        }
        _ => {}
    }
    let resource = asked.path.strip_prefix("/eSCL/").unwrap_or_default().trim_end_matches('/').to_owned();
    match (asked.method.as_str(), resource.as_str()) {
        ("GET", "ScannerCapabilities") => document(&mut stream, fault, capabilities(), stop),
        ("GET", "ScannerStatus") => {
            let now = status(&lock(state));
            document(&mut stream, fault, now, stop)
        }
        ("POST", "ScanJobs") => begin(&mut stream, &asked, state),
        (method, path) => {
            let mut parts = path.strip_prefix("ScanJobs/").unwrap_or_default().split('/');
            let number = parts.next().and_then(|number| number.parse().ok());
            match (method, number, parts.next()) {
                ("GET", Some(number), Some("NextDocument")) => page(&mut stream, number, state, stop),
                ("DELETE", Some(number), None) => {
                    let mut state = lock(state);
                    state.deleted += 1;
                    let known =
                        state.job(number).map(|job| job.end.get_or_insert(JobEnd::Canceled)).is_some();
                    drop(state);
                    plain(&mut stream, if known { 200 } else { 404 })
                }
                _ => plain(&mut stream, 404),
            }
        }
    }
}

fn plain(stream: &mut impl Write, status: u16) -> io::Result<()> {
    answer(stream, status, "", b"", 0)
}

fn document(stream: &mut impl Write, fault: ScannerFault, text: String, stop: &AtomicBool) -> io::Result<()> {
    let text = match fault {
        ScannerFault::GarbageXml => "<scan:Scanner<<&".to_owned(),
        ScannerFault::OtherXml => "<?xml version=\"1.0\"?><html><body>login</body></html>".to_owned(),
        ScannerFault::Entities => "<?xml version=\"1.0\"?><!DOCTYPE s [<!ENTITY a \"aaaaaaaaaa\">\
            <!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><s>&c;</s>"
            .to_owned(),
        ScannerFault::EndlessXml => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            while !stop.load(Ordering::SeqCst) {
                stream.write_all(format!("1000\r\n{}\r\n", "<a>x".repeat(0x400)).as_bytes())?;
            }
            return Ok(());
        }
        _ => text,
    };
    answer(stream, 200, XML, text.as_bytes(), text.len() as u64)
}

fn begin(stream: &mut impl Write, asked: &Request, state: &Mutex<State>) -> io::Result<()> {
    let mut state = lock(state);
    let refused = match state.fault {
        ScannerFault::Busy => Some(503),
        ScannerFault::Refuse(status) => Some(status),
        ScannerFault::LidOpen | ScannerFault::Stopped => Some(409),
        _ => None,
    };
    if let Some(status) = refused {
        return plain(stream, status);
    }
    match state.begin(&asked.body) {
        None => plain(stream, 400),
        Some(_) if state.fault == ScannerFault::NoLocation => plain(stream, 201),
        Some(number) => {
            let named = state.fault == ScannerFault::NamedElsewhere;
            let host = if named { "http://scanner.invalid:8080" } else { "" };
            let location = format!("Location: {host}/eSCL/ScanJobs/{number}\r\n");
            answer(stream, 201, &location, b"", 0)
        }
    }
}

fn page(
    stream: &mut TcpStreamRef<'_>,
    number: u32,
    state: &Mutex<State>,
    stop: &AtomicBool,
) -> io::Result<()> {
    let mut now = lock(state);
    let given = now.job(number).map(|job| job.given).unwrap_or_default();
    match now.fault {
        ScannerFault::Warming(times) if times > 0 => {
            now.fault = ScannerFault::Warming(times - 1);
            return plain(stream, 503);
        }
        ScannerFault::Jam(pages) if given >= pages => return plain(stream, 404),
        ScannerFault::Multipick => return plain(stream, 409),
        ScannerFault::Forget => return plain(stream, 404),
        ScannerFault::Abort(pages) if given >= pages => {
            if let Some(job) = now.job(number) {
                job.end = Some(JobEnd::Aborted);
            }
            return plain(stream, 404);
        }
        ScannerFault::Hang => {
            drop(now);
            while !stop.load(Ordering::SeqCst) && stream.peek(&mut [0]).is_err() {}
            return Ok(());
        }
        _ => {}
    }
    let fault = now.fault;
    let Some(mut jpeg) = now.page(number) else { return plain(stream, 404) };
    drop(now);
    let whole = jpeg.len() as u64;
    match fault {
        ScannerFault::CutPicture => jpeg.truncate(jpeg.len() / 2),
        ScannerFault::ShortBody => return answer(stream, 200, JPEG, &jpeg[..jpeg.len() / 2], whole),
        ScannerFault::HugeLength => return answer(stream, 200, JPEG, &jpeg, 10 << 30),
        ScannerFault::HugePicture => enlarge(&mut jpeg),
        ScannerFault::Pdf => {
            return answer(stream, 200, "Content-Type: application/pdf\r\n", b"%PDF-1.7\n", 9);
        }
        ScannerFault::NotJpeg => jpeg = b"BM not a picture of this kind".to_vec(),
        _ => {}
    }
    answer(stream, 200, JPEG, &jpeg, jpeg.len() as u64)
}

/// A connection that is read and written through a shared reference.
type TcpStreamRef<'a> = &'a TcpStream;

/// Writes 65,000 into the lines and samples of the frame header (SOF0 to SOF2, ISO/IEC 10918-1 B.2.2).
fn enlarge(jpeg: &mut [u8]) {
    let header = jpeg.windows(2).position(|pair| pair[0] == 0xff && (0xc0..=0xc2).contains(&pair[1]));
    if let Some(size) = header.and_then(|at| jpeg.get_mut(at + 5..at + 9)) {
        let side = 65_000_u16.to_be_bytes();
        size.copy_from_slice(&[side[0], side[1], side[0], side[1]]);
    }
}
