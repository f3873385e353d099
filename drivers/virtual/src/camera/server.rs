//! The camera: shows its scene to whoever reads, and does wrong when it is told to.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::connection::{Door, Reader};
use super::scene::{CameraFormat, CameraScene, Scene};

/// How long the thread waits before it looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(5);

/// Pause in the middle of each frame of a slow camera.
const SLOWNESS: Duration = Duration::from_millis(400);

/// Where readers find the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraPlace {
    /// A Unix socket.
    Socket,
    /// A named pipe. A reader that comes right behind another may get the rest of that one's frame, so Motion JPEG
    /// alone suits it.
    Pipe,
}

/// How a camera is made.
#[derive(Debug, Clone)]
pub struct CameraOptions {
    /// Socket or pipe.
    pub place: CameraPlace,
    /// How frames are coded.
    pub format: CameraFormat,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames in a second; 0: as fast as they are read.
    pub frames_per_second: u32,
    /// What stands in front of it.
    pub scene: CameraScene,
}

impl Default for CameraOptions {
    fn default() -> Self {
        Self {
            place: CameraPlace::Socket,
            format: CameraFormat::Mjpeg,
            width: 640,
            height: 480,
            frames_per_second: 25,
            scene: CameraScene::Pattern,
        }
    }
}

/// What a camera can do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraFault {
    /// Sends nothing.
    Silent,
    /// Rests in the middle of each frame.
    Slow,
    /// Sends the first part of each frame only.
    Truncated,
    /// Sends frames of half the width and height (Motion JPEG only: YUV4MPEG2 has one size).
    WrongSize,
    /// Sends noise.
    Garbage,
    /// Sends the same frame again and again.
    Frozen,
    /// Sends a part of a frame and nothing more.
    StopsInMidFrame,
    /// Has its lens cap on.
    Dark,
}

/// What is filmed, and the same at half the width and height.
struct Views {
    whole: Scene,
    small: Scene,
}

impl Views {
    fn of(scene: &CameraScene, options: &CameraOptions) -> io::Result<Arc<Self>> {
        let whole = Scene::new(scene, options.width, options.height)?;
        let small = Scene::new(scene, options.width / 2, options.height / 2)?;
        Ok(Arc::new(Self { whole, small }))
    }
}

struct Shared {
    views: Mutex<Arc<Views>>,
    fault: Mutex<Option<CameraFault>>,
    stop: AtomicBool,
    watched: AtomicBool,
    sent: AtomicU32,
    door: Mutex<Option<Door>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A camera that is plugged in until it is dropped.
pub struct VirtualCamera {
    shared: Arc<Shared>,
    path: PathBuf,
    options: CameraOptions,
    thread: Option<JoinHandle<()>>,
}

impl VirtualCamera {
    /// Plugs a camera in, which readers find at `path`.
    ///
    /// # Errors
    /// The place is taken; the scene's picture cannot be read.
    pub fn start(path: &Path, options: CameraOptions) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            views: Mutex::new(Views::of(&options.scene, &options)?),
            fault: Mutex::default(),
            stop: AtomicBool::default(),
            watched: AtomicBool::default(),
            sent: AtomicU32::default(),
            door: Mutex::default(),
        });
        let mut camera = Self { shared: Arc::clone(&shared), path: path.to_owned(), options, thread: None };
        camera.plug()?;
        let film = Film { options: camera.options.clone(), shared, begun: Instant::now() };
        let thread = std::thread::Builder::new().name("virtual-camera".into()).spawn(move || film.run())?;
        camera.thread = Some(thread);
        Ok(camera)
    }

    /// Tells it to do something wrong from now on; `None`: to work well again.
    pub fn set_fault(&self, fault: Option<CameraFault>) {
        *lock(&self.shared.fault) = fault;
    }

    /// Puts something else in front of it.
    ///
    /// # Errors
    /// The scene's picture cannot be read.
    pub fn show(&self, scene: &CameraScene) -> io::Result<()> {
        let views = Views::of(scene, &self.options)?;
        *lock(&self.shared.views) = views;
        Ok(())
    }

    /// Number of frames that were sent whole.
    #[must_use]
    pub fn sent(&self) -> u32 {
        self.shared.sent.load(Ordering::SeqCst)
    }

    /// Waits until somebody reads.
    #[must_use]
    pub fn wait_until_watched(&self, limit: Duration) -> bool {
        self.wait_for_watch(true, limit)
    }

    /// Waits until nobody reads.
    #[must_use]
    pub fn wait_until_unwatched(&self, limit: Duration) -> bool {
        self.wait_for_watch(false, limit)
    }

    fn wait_for_watch(&self, watched: bool, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while self.shared.watched.load(Ordering::SeqCst) != watched {
            if Instant::now() >= end {
                return false;
            }
            std::thread::sleep(LOOK);
        }
        true
    }

    /// Pulls its plug.
    pub fn unplug(&self) {
        lock(&self.shared.door).take();
        // The thread lets go of its reader.
        while self.shared.watched.load(Ordering::SeqCst) {
            std::thread::sleep(LOOK);
        }
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// The place is taken.
    pub fn plug(&self) -> io::Result<()> {
        let mut door = lock(&self.shared.door);
        if door.is_none() {
            *door = Some(match self.options.place {
                CameraPlace::Socket => Door::socket(&self.path)?,
                CameraPlace::Pipe => Door::pipe(&self.path)?,
            });
        }
        Ok(())
    }
}

impl Drop for VirtualCamera {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        lock(&self.shared.door).take();
    }
}

/// Frames of the pattern as one piece, to be kept in a file.
///
/// # Errors
/// The encoder's.
pub fn recording(
    format: CameraFormat,
    width: u32,
    height: u32,
    frames: u32,
    rate: u32,
) -> io::Result<Vec<u8>> {
    let scene = Scene::new(&CameraScene::Pattern, width, height)?;
    let mut bytes = scene.head(format, rate);
    for number in 1..=frames {
        bytes.extend(scene.frame(format, number, u64::from(number) * 1000 / u64::from(rate.max(1)))?);
    }
    Ok(bytes)
}

/// The thread that films.
struct Film {
    options: CameraOptions,
    shared: Arc<Shared>,
    begun: Instant,
}

impl Film {
    fn run(self) {
        let mut number = 0;
        while !self.is_over() {
            let reader = lock(&self.shared.door).as_ref().map(Door::reader);
            match reader {
                Some(Ok(Some(reader))) => {
                    self.shared.watched.store(true, Ordering::SeqCst);
                    if let Err(error) = self.film(&reader, &mut number) {
                        tracing::debug!(%error, "virtual camera");
                    }
                    drop(reader);
                    self.shared.watched.store(false, Ordering::SeqCst);
                }
                Some(Err(error)) => {
                    tracing::debug!(%error, "virtual camera");
                    std::thread::sleep(LOOK);
                }
                Some(Ok(None)) | None => std::thread::sleep(LOOK),
            }
        }
    }

    fn is_over(&self) -> bool {
        self.shared.stop.load(Ordering::SeqCst)
    }

    /// Whether this reader is served on.
    fn goes_on(&self, reader: &Reader) -> bool {
        !self.is_over() && lock(&self.shared.door).is_some() && !reader.has_gone()
    }

    fn views(&self) -> Arc<Views> {
        Arc::clone(&lock(&self.shared.views))
    }

    fn fault(&self) -> Option<CameraFault> {
        *lock(&self.shared.fault)
    }

    /// Waits, unless something ends it.
    fn rest(&self, reader: &Reader, until: Instant) -> bool {
        while Instant::now() < until {
            if !self.goes_on(reader) {
                return false;
            }
            std::thread::sleep(LOOK.min(until.saturating_duration_since(Instant::now())));
        }
        self.goes_on(reader)
    }

    fn send(&self, reader: &Reader, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let count = reader.write(bytes, LOOK)?;
            bytes = bytes.get(count..).unwrap_or_default();
            if count == 0 && !self.goes_on(reader) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
        Ok(())
    }

    fn film(&self, reader: &Reader, number: &mut u32) -> io::Result<()> {
        let format = self.options.format;
        let head = self.views().whole.head(format, self.options.frames_per_second);
        self.send(reader, &head)?;
        let mut due = Instant::now();
        let mut last: Option<Vec<u8>> = None;
        while self.rest(reader, due) {
            if let Some(period) = Duration::from_secs(1).checked_div(self.options.frames_per_second) {
                due = (due + period).max(Instant::now());
            }
            let fault = self.fault();
            if fault == Some(CameraFault::Silent) {
                due = Instant::now() + LOOK;
                continue;
            }
            *number = number.wrapping_add(1);
            let time = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            let views = self.views();
            let frame = match (fault, &last) {
                (Some(CameraFault::Frozen), Some(last)) => last.clone(),
                (Some(CameraFault::Dark), _) => views.whole.dark(format, *number)?,
                (Some(CameraFault::WrongSize), _) => views.small.frame(format, *number, time)?,
                (Some(CameraFault::Garbage), _) => noise(1 << 20),
                _ => views.whole.frame(format, *number, time)?,
            };
            // Not the half: two halves would make a frame again.
            let part = frame.len() * 2 / 5;
            match fault {
                Some(CameraFault::Truncated) => self.send(reader, frame.get(..part).unwrap_or_default())?,
                Some(CameraFault::StopsInMidFrame) => {
                    self.send(reader, frame.get(..part).unwrap_or_default())?;
                    while self.fault() == fault && self.rest(reader, Instant::now() + LOOK) {}
                    return Ok(());
                }
                Some(CameraFault::Slow) => {
                    self.send(reader, frame.get(..part).unwrap_or_default())?;
                    if !self.rest(reader, Instant::now() + SLOWNESS) {
                        return Ok(());
                    }
                    self.send(reader, frame.get(part..).unwrap_or_default())?;
                }
                _ => self.send(reader, &frame)?,
            }
            self.shared.sent.fetch_add(1, Ordering::SeqCst);
            last = Some(frame);
        }
        Ok(())
    }
}

/// Bytes in which no JPEG picture begins.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let bytes = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8 & 0x7f
    });
    bytes.take(length).collect()
}
