//! How pages come into a case: from a scanner or a document camera, one by one or a whole feeder; and a card's two sides
//! on one page.

use crate::Terminal;
use crate::card::{attestation_of, cancelled};
use crate::devices::waiting::{LOOK, run_while};
use crate::error::{Own, Result};
use crate::operation::Stop;
use crate::page;
use crate::rpc::ChangeSource;
use crate::rpc::request::ScanPages;
use crate::rpc::view::OperationView;
use crate::scan::{DPI, jpeg};
use domain::command::Command;
use domain::event::Reading;
use domain::ids::{CommandId, ContentHash, PageId};
use driver_contract::{
    DeviceClass, DeviceEvent, DeviceInfo, Fault, FaultCode, HostClient, Outcome, PixelFormat, ReceivedPage,
    ScanArea, ScanParameters, ScanSource, Task, TaskNews, Word,
};
use gm::sm3;
use image::{DynamicImage, GrayImage, RgbImage};
use page_image::Picture;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// A feeder of fifty sheets at half a minute a sheet.
const SCAN_LIMIT: Duration = Duration::from_secs(25 * 60);
/// Longest that a card waits to be turned over; then the officer has gone away.
const TURN_LIMIT: Duration = Duration::from_secs(5 * 60);

/// The picture of a page as the scanner gave it.
pub(crate) fn picture_of(page: &ReceivedPage) -> Result<DynamicImage> {
    let header = page.header;
    let (width, height) = (header.width as usize, header.height as usize);
    let stride = header.stride as usize;
    let rows = page.bytes.chunks_exact(stride).take(height);
    let picture = match header.format {
        PixelFormat::Rgb8 => {
            let pixels: Vec<u8> = rows.flat_map(|row| &row[..width * 3]).copied().collect();
            RgbImage::from_raw(header.width, header.height, pixels).map(DynamicImage::ImageRgb8)
        }
        PixelFormat::Gray8 => {
            let pixels: Vec<u8> = rows.flat_map(|row| &row[..width]).copied().collect();
            GrayImage::from_raw(header.width, header.height, pixels).map(DynamicImage::ImageLuma8)
        }
        PixelFormat::Bilevel => {
            let pixels: Vec<u8> = rows
                .flat_map(|row| {
                    (0..width).map(move |x| if row[x / 8] & (0x80 >> (x % 8)) == 0 { 255 } else { 0 })
                })
                .collect();
            GrayImage::from_raw(header.width, header.height, pixels).map(DynamicImage::ImageLuma8)
        }
    };
    picture.ok_or_else(|| Own::PictureUnreadable.into())
}

/// A scan under way.
struct Scanning<'a> {
    terminal: &'a Terminal,
    host: &'a HostClient,
    device: &'a DeviceInfo,
    operation: &'a str,
    stop: &'a Stop,
}

impl Scanning<'_> {
    fn is_camera(&self) -> bool {
        self.device.class == DeviceClass::DocumentCamera
    }

    fn parameters(&self, source: ScanSource, max_pages: Option<u32>) -> ScanParameters {
        let mode = self.terminal.scan_mode(self.device);
        ScanParameters { source, mode, dpi: DPI, area: Some(ScanArea::A4), max_pages }
    }

    /// Runs one task of the device and hands on each page; what a document camera sees meanwhile is shown.
    fn run(&self, wanted: ScanParameters, mut each: impl FnMut(ReceivedPage) -> Result<()>) -> Result<()> {
        let task = (Task::Scan(wanted), SCAN_LIMIT);
        let mut kept = Ok(());
        // A page that cannot be kept ends the scan: the next ones would only be lost too.
        let failed = std::cell::Cell::new(false);
        let going = || !self.stop.requested() && !failed.get();
        let ended = run_while(self.host, &self.device.id, task, going, |running, news| {
            if self.stop.chosen().is_some() {
                running.tell(Word::Finish);
            }
            match news {
                Some(TaskNews::Page(page)) if kept.is_ok() => {
                    kept = each(page);
                    failed.set(kept.is_err());
                }
                Some(TaskNews::Picture(frame)) if frame.provenance.is_none() => {
                    self.terminal.show_frame(self.operation, frame);
                }
                // What keeps a camera from taking the page.
                Some(TaskNews::Event(DeviceEvent::Warning(fault))) => {
                    self.terminal.progress(self.operation, format!("{}{}", fault.sentence(), fault.cure()));
                }
                _ => {}
            }
        })?;
        kept?;
        match ended {
            Some(Outcome::Scanned { .. }) => Ok(()),
            Some(_) => Err(Own::ProgramFault.into()),
            None => Err(cancelled(self.device)),
        }
    }

    /// Pages as they lie, each a page of the material.
    fn pages(&self, request: &ScanPages) -> Result<String> {
        let (terminal, id) = (self.terminal, self.operation);
        if self.is_camera() {
            terminal.progress(id, "请把材料平放在高拍仪下，放稳后自动拍摄");
            let words = if request.feeder { "拍完了" } else { "直接拍下" };
            terminal.operation_offers(id, &[("proceed", words.to_owned())]);
        }
        let (source, most) =
            if request.feeder { (ScanSource::Feeder, None) } else { (ScanSource::Flatbed, Some(1)) };
        let mut told = page::Told::default();
        // The first page carries the request's name: a repeated request adds nothing.
        let mut command = Some(request.command);
        self.run(self.parameters(source, most), |page| {
            let picture = picture_of(&page)?;
            if request.feeder && request.skip_blank && page::is_blank(&picture) {
                told.blank += 1;
                return Ok(());
            }
            told.pages += 1;
            terminal.progress(id, format!("第 {} 页", told.pages));
            let name = command.take().unwrap_or_else(|| CommandId(Uuid::now_v7()));
            // Measured first: once the page is seen, nothing is waited for any more.
            let upright = page::upright(&picture);
            let raw = ContentHash(sm3(&page.bytes).0);
            let kept = terminal.keep_scanned(request, self.device, (raw, &picture), name)?;
            if let Some((upright, slant)) = upright {
                terminal.set_upright(request, kept, &upright)?;
                told.straightened.push((told.pages, slant));
            }
            Ok(())
        })?;
        Ok(told.words())
    }

    /// Both sides of a card, cut out and set on one page as a copier would.
    fn card(&self, request: &ScanPages) -> Result<String> {
        let (terminal, id) = (self.terminal, self.operation);
        let mut sides: Vec<Picture> = Vec::new();
        // The page is made of both: its reading names both, front first.
        let mut raw = Vec::new();
        let mut taken = |page: ReceivedPage| -> Result<()> {
            let side = page::card_side(&picture_of(&page)?)
                .ok_or_else(|| Fault::new(FaultCode::PageNotFound, self.device.class).at(&self.device.id))?;
            raw.extend_from_slice(&sm3(&page.bytes).0);
            sides.push(side);
            if sides.len() == 1 {
                terminal.progress(id, "正面已取到，请翻到背面放好");
            }
            Ok(())
        };
        if self.is_camera() {
            terminal.progress(id, "请把证件正面朝上放在高拍仪下，放稳后自动拍摄");
            self.run(self.parameters(ScanSource::Feeder, Some(2)), &mut taken)?;
        } else {
            terminal.progress(id, "正在扫描证件正面");
            self.run(self.parameters(ScanSource::Flatbed, Some(1)), &mut taken)?;
            self.wait_until_turned()?;
            terminal.progress(id, "正在扫描证件背面");
            self.run(self.parameters(ScanSource::Flatbed, Some(1)), &mut taken)?;
        }
        let [front, back] = sides.as_slice() else { return Err(Own::ProgramFault.into()) };
        let sheet = page::card_sheet(front, back)?;
        let raw = ContentHash(sm3(&raw).0);
        terminal.keep_scanned(request, self.device, (raw, &sheet), request.command)?;
        Ok("证件正反面已合成一页".to_owned())
    }

    /// Waits until the officer says that the card lies on its other side.
    fn wait_until_turned(&self) -> Result<()> {
        self.terminal.operation_offers(self.operation, &[("proceed", "扫背面".to_owned())]);
        let looks = TURN_LIMIT.as_millis() / LOOK.as_millis();
        let turned = (0..looks).any(|_| {
            std::thread::sleep(LOOK);
            self.stop.requested() || self.stop.chosen().is_some()
        });
        self.terminal.operation_offers(self.operation, &[]);
        if !turned || self.stop.requested() {
            return Err(cancelled(self.device));
        }
        Ok(())
    }
}

impl Terminal {
    pub(crate) fn scan_pages(&self, request: ScanPages) -> Result<OperationView> {
        self.actor()?;
        self.load_case(request.case)?;
        let title = if request.card { "正在扫描证件正反面" } else { "正在扫描" };
        self.begin(Some(request.case), title, move |terminal, operation, stop| {
            let (host, device) = terminal.scanning_device(request.camera)?;
            let scanning = Scanning { terminal, host: &host, device: &device, operation, stop };
            if request.card { scanning.card(&request) } else { scanning.pages(&request) }
        })
    }

    /// The scanner; a document camera where it was asked for, or where no scanner can be used and one can.
    fn scanning_device(&self, camera: bool) -> Result<(Arc<HostClient>, DeviceInfo)> {
        let lines = self.device_lines();
        let ready = |class| lines.iter().any(|line| line.device.class == class && line.ready);
        let instead = !ready(DeviceClass::Scanner) && ready(DeviceClass::DocumentCamera);
        self.device(if camera || instead { DeviceClass::DocumentCamera } else { DeviceClass::Scanner })
    }

    /// Keeps a page as it was scanned, with the hash of what the device gave; gives its name.
    fn keep_scanned(
        &self,
        request: &ScanPages,
        device: &DeviceInfo,
        (raw, scanned): (ContentHash, &DynamicImage),
        command: CommandId,
    ) -> Result<PageId> {
        let reading = Reading {
            device: device.id.0.clone(),
            attestation: attestation_of(device.attestation),
            at: self.clock.now().trusted,
            raw,
        };
        let picture = self.keep_blob(request.case, &jpeg(scanned)?, "image/jpeg")?;
        self.judged(picture.id, scanned);
        let material = request.material.clone();
        let page = request.replace.unwrap_or_else(|| PageId(Uuid::now_v7()));
        let (wish, words) = match request.replace {
            Some(_) => (Command::ReplacePage { material, page, picture, reading: Some(reading) }, "重扫一页"),
            None => (Command::AddPage { material, page, picture, reading: Some(reading) }, "扫描一页"),
        };
        self.act(request.case, command, wish, words)?;
        self.changed(ChangeSource::Device, [format!("case:{}", request.case), "shell".to_owned()]);
        Ok(page)
    }

    /// Shows a page upright; what was scanned stays in the case's events.
    fn set_upright(&self, request: &ScanPages, page: PageId, upright: &DynamicImage) -> Result<()> {
        let (case, material) = (request.case, request.material.clone());
        // A repeated request has added no page.
        let Ok(before) = self.page_picture(case, &material, page) else { return Ok(()) };
        let picture = self.keep_blob(case, &jpeg(upright)?, "image/jpeg")?;
        self.judged(picture.id, upright);
        let wish =
            |picture| Command::ReplacePage { material: material.clone(), page, picture, reading: None };
        self.act(case, CommandId(Uuid::now_v7()), wish(picture), "扶正一页")?;
        self.can_undo(case, "扶正一页", vec![wish(before)]);
        self.changed(ChangeSource::Device, [format!("case:{case}"), "shell".to_owned()]);
        Ok(())
    }
}
