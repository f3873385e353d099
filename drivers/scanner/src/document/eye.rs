//! What a camera sees while it waits for a page: stands between the camera's driver and the host.

use std::io::Cursor;
use std::time::{Duration, Instant};

use driver_contract::{
    Attestation, DeviceEvent, DeviceId, Fault, FaultCode, PageHeader, PictureHeader, Provenance, Region,
    TaskContext, Word,
};
use image::{ImageFormat, ImageReader, Limits};
use page_image::Picture;
use page_image::judge::Defect;
use page_image::still::{Sight, Watch};

/// Most memory that decoding a picture may take: 100 megapixels in colour, more than any document camera has.
const MOST_MEMORY: u64 = 300 << 20;

/// What the camera's task is to bring.
pub(super) enum Wanted {
    /// A page that lies still, by the pictures of a preview.
    Rest,
    /// One shot.
    Shot,
}

/// Takes the camera's pictures for itself; everything else goes to the host.
pub(super) struct Eye<'a> {
    context: &'a mut dyn TaskContext,
    watch: &'a mut Watch,
    wanted: Wanted,
    begun: Instant,
    /// What keeps the page from being taken, as it was told last.
    unfit: Option<Defect>,
    /// The page can be taken.
    pub(super) rests: bool,
    /// The officer does not want to wait for it.
    pub(super) told: bool,
    /// The shot.
    pub(super) shot: Option<Vec<u8>>,
}

impl<'a> Eye<'a> {
    pub(super) fn new(
        context: &'a mut dyn TaskContext,
        watch: &'a mut Watch,
        wanted: Wanted,
        begun: Instant,
    ) -> Self {
        Self { context, watch, wanted, begun, unfit: None, rests: false, told: false, shot: None }
    }

    /// Why the page could not be taken so far.
    pub(super) const fn unfit(&self) -> Option<Defect> {
        self.unfit
    }

    fn see(&mut self, bytes: &[u8]) {
        // A picture that cannot be decoded is one of those that a preview leaves out.
        let Some(picture) = decoded(bytes) else { return };
        match self.watch.see(&picture, self.begun.elapsed()) {
            Sight::Take => self.rests = true,
            Sight::Unfit(defect) if self.unfit != Some(defect) => {
                self.unfit = Some(defect);
                let fault = Fault::new(code_of(defect), driver_contract::DeviceClass::DocumentCamera);
                self.context.emit(DeviceEvent::Warning(fault));
            }
            Sight::Moving => self.unfit = None,
            _ => {}
        }
    }
}

impl TaskContext for Eye<'_> {
    fn cancelled(&self) -> bool {
        self.rests || self.told || self.context.cancelled()
    }

    fn should_yield(&self) -> bool {
        false
    }

    fn remaining(&self) -> Duration {
        self.context.remaining()
    }

    fn emit(&mut self, event: DeviceEvent) {
        self.context.emit(event);
    }

    fn told(&mut self) -> Option<Word> {
        None
    }

    /// Of a picture that never leaves this process; the page that is made of it has one of its own.
    fn provenance(&mut self, _: &[u8]) -> Provenance {
        Provenance {
            device: DeviceId::new("document", ""),
            attestation: Attestation::Unattested,
            nonce: String::new(),
            number: 0,
            boot_ms: 0,
            raw_sm3: String::new(),
        }
    }

    fn page(&mut self, _: &PageHeader, _: &[u8]) -> Result<Provenance, Fault> {
        Err(Fault::new(FaultCode::Unsupported, driver_contract::DeviceClass::DocumentCamera))
    }

    fn picture(&mut self, _: &PictureHeader, bytes: &[u8]) -> Result<Provenance, Fault> {
        self.shot = Some(bytes.to_vec());
        Ok(self.provenance(bytes))
    }

    fn frame(&mut self, header: &PictureHeader, bytes: &[u8]) -> bool {
        if matches!(self.wanted, Wanted::Rest) {
            while let Some(word) = self.context.told() {
                match word {
                    Word::Finish => self.told = true,
                    Word::Clear => self.watch.again(),
                }
            }
            self.see(bytes);
        }
        self.context.frame(header, bytes)
    }

    fn document(&mut self, region: Region) -> Result<Vec<u8>, Fault> {
        self.context.document(region)
    }
}

/// A JPEG of the camera's as pixels.
pub(super) fn decoded(bytes: &[u8]) -> Option<Picture> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let picture = reader.decode().ok()?.into_rgb8();
    Picture::rgb(picture.width() as usize, picture.height() as usize, picture.into_raw()).ok()
}

/// The fault that tells a defect.
pub(super) const fn code_of(defect: Defect) -> FaultCode {
    match defect {
        Defect::NotFound => FaultCode::PageNotFound,
        Defect::CutOff => FaultCode::PageCutOff,
        Defect::TooDark => FaultCode::PageTooDark,
        Defect::TooBright => FaultCode::PageTooBright,
        Defect::Blurred => FaultCode::PageBlurred,
        Defect::Glare => FaultCode::PageGlare,
        Defect::Skewed => FaultCode::PageSkewed,
        Defect::Blank => FaultCode::PageBlank,
    }
}
