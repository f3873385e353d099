//! Scanning: pages from the scanner's host into the case, turned, cut, ordered.

use crate::Terminal;
use crate::error::{Own, Result};
use crate::page;
use crate::rpc::request::{CropPage, RemovePage, ReorderPages, RotatePage, ScanPages};
use crate::rpc::view::{CaseView, OperationView};
use crate::rpc::{ChangeSource, Resource, RpcError, WindowRole};
use domain::command::Command;
use domain::event::{Attestation, BlobRef, Reading};
use domain::ids::{CaseId, CommandId, ContentHash, MaterialId, PageId};
use driver_contract::{
    ColourMode, DeviceClass, DeviceEvent, DeviceInfo, HostClient, Outcome, PixelFormat, ReceivedPage,
    ScanArea, ScanParameters, ScanSource, Task, TaskNews,
};
use gm::sm3;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// DA/T 31-2017 §9: paper records are digitised at 200 dpi or more; 300 keeps small print legible.
pub(crate) const DPI: u16 = 300;
/// JPEG quality of pages: text stays sharp, an A4 page in colour takes about 1 MB.
const QUALITY: u8 = 85;
/// A feeder of fifty sheets at half a minute a sheet.
const SCAN_LIMIT: Duration = Duration::from_secs(25 * 60);

/// Encodes a picture.
pub(crate) fn jpeg(picture: &DynamicImage) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    let written = match picture {
        DynamicImage::ImageLuma8(gray) => gray.write_with_encoder(encoder),
        other => other.to_rgb8().write_with_encoder(encoder),
    };
    written.map_err(|_| Own::PictureUnreadable)?;
    Ok(bytes)
}

/// The picture of a page as the scanner gave it.
fn picture_of(page: &ReceivedPage) -> Result<DynamicImage> {
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

impl Terminal {
    pub(crate) fn scan_pages(&self, request: ScanPages) -> Result<OperationView> {
        self.actor()?;
        self.load_case(request.case)?;
        self.begin(Some(request.case), "正在扫描", move |terminal, id, stop| {
            let (host, device) = terminal.scanning_device()?;
            if device.class == DeviceClass::DocumentCamera {
                terminal.progress(id, "请把材料平放在高拍仪下，放稳后自动拍摄");
            }
            let parameters = ScanParameters {
                source: if request.feeder { ScanSource::Feeder } else { ScanSource::Flatbed },
                mode: ColourMode::Colour,
                dpi: DPI,
                area: Some(ScanArea::A4),
                max_pages: if request.feeder { None } else { Some(1) },
            };
            let mut running = host.begin(&device.id, Task::Scan(parameters), SCAN_LIMIT)?;
            let mut told = page::Told::default();
            // The first page carries the request's name: a repeated request adds nothing.
            let mut command = Some(request.command);
            loop {
                if stop.requested() {
                    running.cancel();
                }
                match running.next(Duration::from_millis(100)) {
                    Some(TaskNews::Page(page)) => {
                        let picture = picture_of(&page)?;
                        if request.feeder && request.skip_blank && page::is_blank(&picture) {
                            told.blank += 1;
                            continue;
                        }
                        told.pages += 1;
                        terminal.progress(id, format!("第 {} 页", told.pages));
                        let name = command.take().unwrap_or_else(|| CommandId(Uuid::now_v7()));
                        // Measured first: once the page is seen, nothing is waited for any more.
                        let upright = page::upright(&picture);
                        let kept = terminal.keep_scanned(&request, &device, (&page, &picture), name)?;
                        if let Some((upright, slant)) = upright {
                            terminal.set_upright(&request, kept, &upright)?;
                            told.straightened.push((told.pages, slant));
                        }
                    }
                    // What keeps a camera from taking the page.
                    Some(TaskNews::Event(DeviceEvent::Warning(fault))) => {
                        terminal.progress(id, format!("{}{}", fault.sentence(), fault.cure()));
                    }
                    Some(TaskNews::Ended(Ok(Outcome::Scanned { .. }))) => {
                        return Ok(told.words());
                    }
                    Some(TaskNews::Ended(Ok(_))) => return Err(Own::ProgramFault.into()),
                    Some(TaskNews::Ended(Err(fault))) => return Err(fault.into()),
                    _ => {}
                }
            }
        })
    }

    /// The scanner; a document camera where no scanner can be used and one can.
    fn scanning_device(&self) -> Result<(Arc<HostClient>, DeviceInfo)> {
        let lines = self.device_lines();
        let ready = |class| lines.iter().any(|line| line.device.class == class && line.ready);
        let camera = !ready(DeviceClass::Scanner) && ready(DeviceClass::DocumentCamera);
        self.device(if camera { DeviceClass::DocumentCamera } else { DeviceClass::Scanner })
    }

    /// Keeps a page as it was scanned; gives its name.
    fn keep_scanned(
        &self,
        request: &ScanPages,
        device: &driver_contract::DeviceInfo,
        (page, scanned): (&ReceivedPage, &DynamicImage),
        command: CommandId,
    ) -> Result<PageId> {
        let reading = Reading {
            device: device.id.0.clone(),
            attestation: match device.attestation {
                driver_contract::Attestation::Physical => Attestation::Physical,
                driver_contract::Attestation::Virtual => Attestation::Virtual,
                driver_contract::Attestation::Unattested => Attestation::Unattested,
            },
            at: self.clock.now().trusted,
            raw: ContentHash(sm3(&page.bytes).0),
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

    pub(crate) fn page_picture(&self, case: CaseId, material: &MaterialId, page: PageId) -> Result<BlobRef> {
        let loaded = self.load_case(case)?;
        loaded
            .case
            .materials
            .get(material)
            .and_then(|pages| pages.iter().find(|one| one.id == page))
            .map(|one| one.picture.clone())
            .ok_or_else(|| Own::BlobUnknown.into())
    }

    fn change_picture(
        &self,
        case: CaseId,
        command: CommandId,
        material: MaterialId,
        page: PageId,
        words: &str,
        change: impl FnOnce(DynamicImage) -> DynamicImage,
    ) -> Result<CaseView> {
        let before = self.page_picture(case, &material, page)?;
        let bytes = self.blob_content(case, &before)?;
        let picture = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg)
            .map_err(|_| Own::PictureUnreadable)?;
        let changed = self.keep_blob(case, &jpeg(&change(picture))?, "image/jpeg")?;
        let wish =
            |picture| Command::ReplacePage { material: material.clone(), page, picture, reading: None };
        self.act(case, command, wish(changed), words)?;
        self.can_undo(case, words, vec![wish(before)]);
        self.acted(case)
    }

    pub(crate) fn rotate_page(&self, request: RotatePage) -> Result<CaseView> {
        let quarters = request.quarters;
        self.change_picture(
            request.case,
            request.command,
            request.material,
            request.page,
            "旋转页面",
            |picture| match quarters % 4 {
                1 => picture.rotate90(),
                2 => picture.rotate180(),
                3 => picture.rotate270(),
                _ => picture,
            },
        )
    }

    pub(crate) fn crop_page(&self, request: CropPage) -> Result<CaseView> {
        let (left, right) = (request.left.min(1000), request.right.min(1000));
        let (top, bottom) = (request.top.min(1000), request.bottom.min(1000));
        if left >= right || top >= bottom {
            return Err(crate::TerminalError::RequestUnreadable);
        }
        self.change_picture(
            request.case,
            request.command,
            request.material,
            request.page,
            "裁剪页面",
            |picture| {
                let part = |whole: u32, thousandths: u16| {
                    u32::try_from(u64::from(whole) * u64::from(thousandths) / 1000).unwrap_or(whole)
                };
                let (width, height) = (picture.width(), picture.height());
                let (x, y) = (part(width, left), part(height, top));
                picture.crop_imm(x, y, (part(width, right) - x).max(1), (part(height, bottom) - y).max(1))
            },
        )
    }

    pub(crate) fn remove_page(&self, request: RemovePage) -> Result<CaseView> {
        let picture = self.page_picture(request.case, &request.material, request.page)?;
        let order: Vec<PageId> = self
            .load_case(request.case)?
            .case
            .materials
            .get(&request.material)
            .map(|pages| pages.iter().map(|page| page.id).collect())
            .unwrap_or_default();
        let command = Command::RemovePage { material: request.material.clone(), page: request.page };
        self.act(request.case, request.command, command, "删除一页")?;
        let back = Self::page_restore(&request.material, request.page, picture, order);
        self.can_undo(request.case, "删除一页", back);
        self.acted(request.case)
    }

    pub(crate) fn reorder_pages(&self, request: ReorderPages) -> Result<CaseView> {
        let command = Command::ReorderPages { material: request.material, order: request.order };
        self.act(request.case, request.command, command, "调整页序")?;
        self.acted(request.case)
    }

    /// A page picture for a window: JPEG, at most `side` pixels wide and high (0 for its own size).
    ///
    /// # Errors
    /// The applicant screen gets only what was released to it.
    pub fn picture(
        &self,
        window: WindowRole,
        blob: &str,
        side: u32,
    ) -> std::result::Result<Resource, RpcError> {
        self.picture_bytes(window, blob, side).map_err(|error| self.rpc_error(&error))
    }

    fn picture_bytes(&self, window: WindowRole, blob: &str, side: u32) -> Result<Resource> {
        let bytes = self.window_blob(window, blob, "image/jpeg")?;
        if side == 0 {
            return Ok(Resource { media: "image/jpeg".to_owned(), bytes });
        }
        let picture = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg)
            .map_err(|_| Own::PictureUnreadable)?;
        let small = if picture.width().max(picture.height()) > side {
            picture.thumbnail(side, side)
        } else {
            picture
        };
        let mut out = Cursor::new(Vec::new());
        small
            .to_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY))
            .map_err(|_| Own::PictureUnreadable)?;
        Ok(Resource { media: "image/jpeg".to_owned(), bytes: out.into_inner() })
    }

    /// A printed or previewed paper for a window: PDF.
    ///
    /// # Errors
    /// As [`Self::picture`].
    pub fn document(&self, window: WindowRole, blob: &str) -> std::result::Result<Resource, RpcError> {
        self.window_blob(window, blob, "application/pdf")
            .map(|bytes| Resource { media: "application/pdf".to_owned(), bytes })
            .map_err(|error| self.rpc_error(&error))
    }

    /// The strokes of a signature for a window: JSON.
    ///
    /// # Errors
    /// As [`Self::picture`].
    pub fn strokes(&self, window: WindowRole, blob: &str) -> std::result::Result<Resource, RpcError> {
        self.window_blob(window, blob, "application/json")
            .map(|bytes| Resource { media: "application/json".to_owned(), bytes })
            .map_err(|error| self.rpc_error(&error))
    }

    /// Content of a file that a window asks for by name.
    fn window_blob(&self, window: WindowRole, blob: &str, media: &str) -> Result<Vec<u8>> {
        if window == WindowRole::Applicant {
            // Nothing with a file behind it is ever released to the applicant screen now.
            return Err(Own::BlobNotReleased.into());
        }
        self.actor()?;
        let id = ContentHash::from_hex(blob).ok_or(Own::BlobUnknown)?;
        if let Some(bytes) = self.preview_bytes(id) {
            return Ok(bytes);
        }
        let store = self.store()?;
        let known = store.read(|db| store::table::blob::get(db, id))?;
        let (case, reference) = match known.filter(|row| row.here) {
            Some(row) => (
                row.case.ok_or(Own::BlobUnknown)?,
                BlobRef { id, content: row.content, length: row.length, media: row.media },
            ),
            None => self.find_reference(id)?,
        };
        if reference.media != media {
            return Err(Own::BlobUnknown.into());
        }
        self.blob_content(case, &reference)
    }

    /// Finds a file that others made among the case on the screen.
    fn find_reference(&self, id: ContentHash) -> Result<(CaseId, BlobRef)> {
        let case = self.state().focus.ok_or(Own::BlobUnknown)?;
        let loaded = self.load_case(case)?;
        let pages = loaded.case.materials.values().flatten().map(|page| &page.picture);
        let signatures = loaded.case.signatures.values().map(|one| &one.strokes);
        let prints = loaded.case.prints.iter().map(|(document, _)| &document.pdf);
        let collected = loaded.case.collection.iter().map(|one| &one.strokes);
        let found = pages.chain(signatures).chain(prints).chain(collected).find(|one| one.id == id).cloned();
        found.map(|reference| (case, reference)).ok_or_else(|| Own::BlobUnknown.into())
    }
}
