//! The scanner's state: what lies on and in it, and its jobs.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, RgbImage, imageops};

use super::documents::text;
use super::fault::ScannerFault;

/// Resolution of the pictures that are laid on the glass.
pub(super) const LAID_DPI: u32 = 300;

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JobEnd {
    Completed,
    Aborted,
    Canceled,
}

/// A job.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) number: u32,
    pub(super) feeder: bool,
    pub(super) duplex: bool,
    colour: bool,
    dpi: u32,
    /// Left, top, width, height, in 300ths of an inch.
    region: [u32; 4],
    /// Pages given.
    pub(super) given: u32,
    pub(super) end: Option<JobEnd>,
}

/// A sheet: front and back.
pub(super) type Sheet = (RgbImage, RgbImage);

/// The scanner's state.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) fault: ScannerFault,
    pub(super) glass: Option<RgbImage>,
    pub(super) feeder: Vec<Sheet>,
    /// A back that has not been given yet.
    back: Option<RgbImage>,
    pub(super) jobs: Vec<Job>,
    pub(super) deleted: u32,
}

impl State {
    /// Makes a job of a `ScanSettings`; `None` if it asks for what there is not.
    pub(super) fn begin(&mut self, settings: &str) -> Option<u32> {
        let number = |name| text(settings, name).and_then(|text| text.parse::<u32>().ok());
        let feeder = match text(settings, "InputSource")? {
            "Platen" => false,
            "Feeder" => true,
            _ => return None,
        };
        let colour = match text(settings, "ColorMode")? {
            "RGB24" => true,
            "Grayscale8" => false,
            _ => return None,
        };
        let dpi = number("XResolution").filter(|dpi| [75, 100, 200, 300, 600].contains(dpi))?;
        let region = [number("XOffset")?, number("YOffset")?, number("Width")?, number("Height")?];
        if text(settings, "DocumentFormat") != Some("image/jpeg") || region[2] == 0 || region[3] == 0 {
            return None;
        }
        let job = Job {
            number: u32::try_from(self.jobs.len()).ok()? + 1,
            feeder,
            duplex: text(settings, "Duplex") == Some("true"),
            colour,
            dpi,
            region,
            given: 0,
            end: None,
        };
        let made = job.number;
        self.jobs.push(job);
        Some(made)
    }

    pub(super) fn job(&mut self, number: u32) -> Option<&mut Job> {
        self.jobs.iter_mut().find(|job| job.number == number)
    }

    /// The next page of a job as JPEG; `None` when there are no more.
    pub(super) fn page(&mut self, number: u32) -> Option<Vec<u8>> {
        let job = self.jobs.iter().find(|job| job.number == number && job.end.is_none())?.clone();
        let laid = if job.feeder {
            self.back.take().or_else(|| {
                let (front, back) = (!self.feeder.is_empty()).then(|| self.feeder.remove(0))?;
                self.back = job.duplex.then_some(back);
                Some(front)
            })
        } else {
            (job.given == 0).then(|| self.glass.clone()).flatten()
        };
        let Some(laid) = laid else {
            self.job(number)?.end = Some(JobEnd::Completed);
            return None;
        };
        self.job(number)?.given += 1;
        Some(expose(&laid, &job, self.fault == ScannerFault::HalfPage))
    }
}

/// What the sensor sees: the part asked for, at the resolution asked for, white beyond the sheet.
fn expose(laid: &RgbImage, job: &Job, half: bool) -> Vec<u8> {
    let [left, top, width, height] = job.region;
    let mut seen = RgbImage::from_pixel(width, height, image::Rgb([250, 250, 250]));
    imageops::replace(&mut seen, laid, -i64::from(left), -i64::from(top));
    let pixels = |units: u32| (units * job.dpi / LAID_DPI).max(1);
    if job.dpi != LAID_DPI {
        seen = imageops::resize(&seen, pixels(width), pixels(height), imageops::FilterType::Triangle);
    }
    let mut picture = DynamicImage::ImageRgb8(seen);
    if half {
        picture = picture.crop_imm(0, 0, pixels(width), pixels(height) / 2);
    }
    if !job.colour {
        picture = DynamicImage::ImageLuma8(picture.to_luma8());
    }
    let mut bytes = Cursor::new(Vec::new());
    // Writing a picture into memory does not fail.
    let _ = picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 90));
    bytes.into_inner()
}
