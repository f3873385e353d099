//! Pages of a case: turned, cut, ordered, given to the windows. How they come in is told in [`crate::scanning`].

use crate::Terminal;
use crate::error::{Own, Result};
use crate::rpc::request::{CropPage, RemovePage, ReorderPages, RotatePage};
use crate::rpc::view::CaseView;
use crate::rpc::{Resource, RpcError, WindowRole};
use domain::command::Command;
use domain::event::BlobRef;
use domain::ids::{CaseId, CommandId, ContentHash, MaterialId, PageId};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat};
use std::io::Cursor;

/// DA/T 31-2017 §9: paper records are digitised at 200 dpi or more; 300 keeps small print legible.
pub(crate) const DPI: u16 = 300;
/// JPEG quality of pages: text stays sharp, an A4 page in colour takes about 1 MB.
const QUALITY: u8 = 85;

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

impl Terminal {
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
