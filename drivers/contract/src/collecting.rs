//! A task context that keeps what it is told: for the tests of drivers, without a host process.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::{
    Attestation, CaptureMark, DeviceEvent, DeviceId, Fault, PageHeader, PictureHeader, Provenance, Region,
    TaskContext, Word,
};

/// A page that a driver handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectedPage {
    /// How to read the bytes.
    pub header: PageHeader,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// An encoded picture that a driver handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectedPicture {
    /// How to read the bytes.
    pub header: PictureHeader,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The words for a task, given from another thread.
#[derive(Debug, Clone, Default)]
pub struct Words(Arc<Mutex<VecDeque<Word>>>);

impl Words {
    /// Says the next one.
    pub fn say(&self, word: Word) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(word);
    }
}

type Listener = Box<dyn FnMut(&DeviceEvent)>;

/// Keeps events and pages; can be cancelled from another thread.
pub struct CollectingContext {
    /// Events in their order, pages excepted.
    pub events: Vec<DeviceEvent>,
    /// Pages in their order.
    pub pages: Vec<CollectedPage>,
    /// Encoded pictures in their order.
    pub pictures: Vec<CollectedPicture>,
    /// Pictures of a preview in their order.
    pub frames: Vec<CollectedPicture>,
    /// What [`TaskContext::document`] gives, whatever the region.
    pub document: Vec<u8>,
    cancel: Arc<AtomicBool>,
    yielding: Arc<AtomicBool>,
    words: Words,
    mark: CaptureMark,
    until: Instant,
    listener: Option<Listener>,
}

impl CollectingContext {
    /// A context whose deadline is `limit` from now.
    #[must_use]
    pub fn new(limit: Duration) -> Self {
        Self {
            events: Vec::new(),
            pages: Vec::new(),
            pictures: Vec::new(),
            frames: Vec::new(),
            document: Vec::new(),
            cancel: Arc::default(),
            yielding: Arc::default(),
            words: Words::default(),
            mark: CaptureMark::new(DeviceId("collecting".into()), Attestation::Virtual, "collected".into()),
            until: Instant::now() + limit,
            listener: None,
        }
    }

    /// With the bytes of a document to print.
    #[must_use]
    pub fn with_document(mut self, document: Vec<u8>) -> Self {
        self.document = document;
        self
    }

    /// Calls `listener` at each event, before it is kept.
    #[must_use]
    pub fn listening(mut self, listener: impl FnMut(&DeviceEvent) + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Set to `true` to cancel the task.
    #[must_use]
    pub fn cancel_switch(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancel)
    }

    /// What says words to the task.
    #[must_use]
    pub fn words(&self) -> Words {
        self.words.clone()
    }

    /// Set to `true` to make a watch step aside.
    #[must_use]
    pub fn yield_switch(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.yielding)
    }
}

impl TaskContext for CollectingContext {
    fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::SeqCst) || self.remaining().is_zero()
    }

    fn should_yield(&self) -> bool {
        self.yielding.load(Ordering::SeqCst)
    }

    fn remaining(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    fn emit(&mut self, event: DeviceEvent) {
        if let Some(listener) = &mut self.listener {
            listener(&event);
        }
        self.events.push(event);
    }

    fn told(&mut self) -> Option<Word> {
        self.words.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn provenance(&mut self, raw: &[u8]) -> Provenance {
        self.mark.next(raw)
    }

    fn page(&mut self, header: &PageHeader, bytes: &[u8]) -> Result<Provenance, Fault> {
        self.pages.push(CollectedPage { header: *header, bytes: bytes.to_vec() });
        Ok(self.mark.next(bytes))
    }

    fn picture(&mut self, header: &PictureHeader, bytes: &[u8]) -> Result<Provenance, Fault> {
        self.pictures.push(CollectedPicture { header: header.clone(), bytes: bytes.to_vec() });
        Ok(self.mark.next(bytes))
    }

    fn frame(&mut self, header: &PictureHeader, bytes: &[u8]) -> bool {
        self.frames.push(CollectedPicture { header: header.clone(), bytes: bytes.to_vec() });
        true
    }

    fn document(&mut self, _region: Region) -> Result<Vec<u8>, Fault> {
        Ok(self.document.clone())
    }
}
