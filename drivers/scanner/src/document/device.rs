//! A camera that takes pages.

use std::time::Instant;

use driver_contract::{
    DeviceClass, DeviceInfo, Fault, FaultCode, OpenDevice, Outcome, PhotoParameters, PictureSize,
    PreviewParameters, ScanParameters, ScanSource, Task, TaskContext,
};
use page_image::find::find;
use page_image::judge::GREATEST_TOUCH;
use page_image::still::Watch;
use page_image::straighten;
use page_image::{Format, Picture};

use super::eye::{Eye, Wanted, code_of, decoded};
use crate::page::page_of;

/// Size of the pictures in which it is seen whether a page lies still: enough to tell a document's edges, little to decode.
const PREVIEW: PictureSize = PictureSize { width: 1280, height: 720 };
/// Pictures a second: a page is taken within a tenth of a second after it has settled.
const RATE: u16 = 10;
/// Share of the wished resolution that a picture must have for it to count as such: a ground a little further away than at
/// the factory costs no page its 300 dpi.
const NEAR: f64 = 0.9;

/// A document camera that is open.
pub(super) struct DocumentCamera {
    info: DeviceInfo,
    camera: Box<dyn OpenDevice>,
}

impl DocumentCamera {
    pub(super) fn new(info: DeviceInfo, camera: Box<dyn OpenDevice>) -> Self {
        Self { info, camera }
    }

    fn fault(&self, code: FaultCode) -> Fault {
        Fault::new(code, DeviceClass::DocumentCamera).at(&self.info.id)
    }

    fn own(&self, mut fault: Fault) -> Fault {
        fault.class = DeviceClass::DocumentCamera;
        fault.at(&self.info.id)
    }

    /// Takes pages: one from [`ScanSource::Flatbed`]; from [`ScanSource::Feeder`] one after the other, each once, until
    /// enough were taken or somebody says so.
    fn scan(&mut self, wanted: &ScanParameters, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let one_by_one = wanted.source == ScanSource::Feeder;
        if !matches!(wanted.source, ScanSource::Flatbed | ScanSource::Feeder) {
            return Err(self.fault(FaultCode::BadParameters).with_detail("a camera has one side"));
        }
        let most = wanted.max_pages.unwrap_or(if one_by_one { u32::MAX } else { 1 });
        let mut watch = Watch::new();
        let begun = Instant::now();
        let mut pages = 0;
        while pages < most {
            let by_hand = match self.wait(&mut watch, begun, context)? {
                Rest::Page => false,
                Rest::Enough if one_by_one => break,
                Rest::Enough => true,
            };
            let picture = self.shoot(&mut watch, begun, context)?;
            let (page, dpi) = self.cut_out(picture, wanted.dpi, by_hand)?;
            let (mut header, bytes) = page_of(page, wanted.mode, dpi);
            pages += 1;
            header.page = pages;
            context.page(&header, &bytes)?;
        }
        Ok(Outcome::Scanned { pages, feeder_empty: false })
    }

    /// Waits until a page lies still, or the officer does not want to wait.
    fn wait(
        &mut self,
        watch: &mut Watch,
        begun: Instant,
        context: &mut dyn TaskContext,
    ) -> Result<Rest, Fault> {
        let mut eye = Eye::new(context, watch, Wanted::Rest, begun);
        let task =
            Task::Preview(PreviewParameters { size: PREVIEW, frames_per_second: RATE, settings: Vec::new() });
        let ended = self.camera.run(&task, &mut eye);
        let (rests, told, unfit) = (eye.rests, eye.told, eye.unfit());
        if rests {
            return Ok(Rest::Page);
        }
        if told {
            return Ok(Rest::Enough);
        }
        ended.map_err(|fault| self.own(fault))?;
        // The camera stopped because it was told to: called off, or nobody laid a page in all the time.
        Err(match (context.remaining().is_zero(), unfit) {
            (true, Some(defect)) => self.fault(code_of(defect)),
            (true, None) => self.fault(FaultCode::PageNotFound),
            (false, _) => self.fault(FaultCode::Cancelled),
        })
    }

    fn shoot(
        &mut self,
        watch: &mut Watch,
        begun: Instant,
        context: &mut dyn TaskContext,
    ) -> Result<Picture, Fault> {
        let mut eye = Eye::new(context, watch, Wanted::Shot, begun);
        let task = Task::TakePhoto(PhotoParameters { size: None, settings: Vec::new() });
        let ended = self.camera.run(&task, &mut eye);
        let shot = eye.shot.take();
        ended.map_err(|fault| self.own(fault))?;
        let picture = shot.as_deref().and_then(decoded);
        picture.ok_or_else(|| self.fault(FaultCode::CameraPictureBroken))
    }

    /// The page of a shot, straight, and its resolution. By hand a picture without edges is taken as it is: the officer
    /// sees it and cuts it.
    fn cut_out(&self, picture: Picture, dpi: u16, by_hand: bool) -> Result<(Picture, u16), Fault> {
        let Some(found) = find(&picture) else {
            let whole = resolution(picture.width().max(picture.height()) as f64, Format::A4, dpi);
            return if by_hand { Ok((picture, whole)) } else { Err(self.fault(FaultCode::PageNotFound)) };
        };
        if found.touching > GREATEST_TOUCH && !by_hand {
            return Err(self.fault(FaultCode::PageCutOff));
        }
        let (wide, high) = found.corners.sides();
        let straight = match Format::of_sides(wide, high) {
            Some(format) => {
                let real = resolution(wide.max(high), format, dpi);
                straighten::page(&picture, &found.corners, format, real).map(|page| (page, real))
            }
            // A booklet, a strip: its own proportions, and the resolution that it would have as A4.
            None => straighten::flatten(&picture, &found.corners, wide as usize, high as usize)
                .map(|page| (page, resolution(wide.max(high), Format::A4, dpi))),
        };
        straight.map_err(|_| self.fault(FaultCode::PageTooLarge))
    }
}

/// Why the waiting ended.
enum Rest {
    Page,
    Enough,
}

/// The resolution that a document's longer side of so many pixels has, no more than was wished: a page is never blown up.
fn resolution(pixels: f64, format: Format, wished: u16) -> u16 {
    let (wide, high) = format.millimetres();
    let real = pixels / (wide.max(high) / 25.4);
    if real >= f64::from(wished) * NEAR { wished } else { (real.max(1.0)) as u16 }
}

impl OpenDevice for DocumentCamera {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::Scan(wanted) => self.scan(wanted, context),
            Task::Preview(_) | Task::TakePhoto(_) | Task::CheckState => {
                self.camera.run(task, context).map_err(|fault| self.own(fault))
            }
            _ => Err(self.fault(FaultCode::Unsupported)),
        }
    }

    fn is_alive(&self) -> bool {
        self.camera.is_alive()
    }
}
