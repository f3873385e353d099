//! Which cameras there are.

use std::path::{Path, PathBuf};

use driver_contract::{Accessibility, Capabilities, Connection, DeviceModel, PictureSize};
use nokhwa::utils::{ApiBackend, CameraIndex};
use v4l::capability::Flags;
use v4l::device::Device;
use v4l::frameinterval::FrameIntervalEnum;
use v4l::framesize::FrameSizeEnum;
use v4l::video::Capture;

use super::controls;
use super::modes::{Mode, coding};
use crate::error::CameraError;

/// Names that udev makes of maker, model and serial number; they stay the same on any port.
const BY_ID: &str = "/dev/v4l/by-id";

/// Sizes that are asked for where a camera takes any: the field's usual ones.
const USUAL_SIZES: [(u32, u32); 8] =
    [(320, 240), (640, 480), (800, 600), (1280, 720), (1280, 960), (1920, 1080), (2592, 1944), (3840, 2160)];

/// A camera as the system shows it.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    /// The name that stays: below [`BY_ID`] where udev made one, else the node.
    pub(super) local: String,
    pub(super) model: DeviceModel,
    pub(super) connection: Connection,
    pub(super) accessibility: Accessibility,
    pub(super) capabilities: Capabilities,
}

/// The cameras that are plugged in now.
pub(super) fn all() -> Vec<Listed> {
    let Ok(cameras) = nokhwa::query(ApiBackend::Video4Linux) else { return Vec::new() };
    let mut numbers: Vec<(u32, String)> = cameras
        .iter()
        .filter_map(|camera| match camera.index() {
            CameraIndex::Index(number) => Some((*number, camera.human_name())),
            CameraIndex::String(_) => None,
        })
        .collect();
    numbers.sort_unstable();
    numbers.into_iter().filter_map(|(number, name)| listed(number, name)).collect()
}

fn listed(number: u32, name: String) -> Option<Listed> {
    let node = PathBuf::from(format!("/dev/video{number}"));
    let local = lasting_name(&node).to_string_lossy().into_owned();
    let mut listed = Listed {
        connection: connection(number, &local),
        model: DeviceModel { model: name, ..DeviceModel::default() },
        accessibility: Accessibility::Accessible,
        capabilities: Capabilities::Unknown,
        local,
    };
    match open(&node) {
        Ok(device) => {
            listed.accessibility = if is_taken(&device) {
                Accessibility::Busy { held_by: None }
            } else {
                Accessibility::Accessible
            };
            listed.capabilities = capabilities(&device);
        }
        // The second node of a USB camera, for its metadata, and outputs are no cameras.
        Err(CameraError::Unsupported) => return None,
        Err(CameraError::PermissionDenied) if is_first(number) => {
            listed.accessibility = Accessibility::PermissionDenied;
        }
        Err(CameraError::Busy) => listed.accessibility = Accessibility::Busy { held_by: None },
        Err(_) => return None,
    }
    Some(listed)
}

/// Opens a node that gives pictures.
pub(super) fn open(path: &Path) -> Result<Device, CameraError> {
    let device = Device::with_path(path)?;
    let can = device.query_caps()?.capabilities;
    if can.contains(Flags::VIDEO_CAPTURE | Flags::STREAMING) {
        Ok(device)
    } else {
        Err(CameraError::Unsupported)
    }
}

/// Whether another program takes pictures: the format that is set cannot be set then (`VIDIOC_S_FMT`, EBUSY).
fn is_taken(device: &Device) -> bool {
    let again = device.format().and_then(|format| device.set_format(&format));
    again.is_err_and(|error| matches!(CameraError::from(error), CameraError::Busy))
}

pub(super) fn capabilities(device: &Device) -> Capabilities {
    let mut sizes: Vec<PictureSize> = modes(device).iter().map(|mode| mode.size).collect();
    sizes.sort_unstable_by_key(|size| {
        std::cmp::Reverse((u64::from(size.width) * u64::from(size.height), size.width))
    });
    sizes.dedup();
    let controls = controls::found(device).iter().map(|one| one.told(device)).collect();
    Capabilities::Camera { sizes, controls, preview: true }
}

/// Everything that the camera can deliver and that we understand.
pub(super) fn modes(device: &Device) -> Vec<Mode> {
    let mut modes = Vec::new();
    for format in device.enum_formats().unwrap_or_default() {
        let Some(coding) = coding(format.fourcc.repr) else { continue };
        for size in device.enum_framesizes(format.fourcc).unwrap_or_default() {
            let sizes = match size.size {
                FrameSizeEnum::Discrete(one) => vec![(one.width, one.height)],
                FrameSizeEnum::Stepwise(range) => {
                    let fits = |(width, height): &(u32, u32)| {
                        (range.min_width..=range.max_width).contains(width)
                            && (range.min_height..=range.max_height).contains(height)
                    };
                    let usual = USUAL_SIZES.into_iter().filter(fits);
                    usual.chain([(range.max_width, range.max_height)]).collect()
                }
            };
            for (width, height) in sizes {
                let rate = rate(device, format.fourcc, width, height);
                modes.push(Mode {
                    fourcc: format.fourcc.repr,
                    coding,
                    size: PictureSize { width, height },
                    rate,
                });
            }
        }
    }
    modes
}

/// The most pictures in a second, rounded to the next whole number (29.97 is 30).
fn rate(device: &Device, fourcc: v4l::FourCC, width: u32, height: u32) -> u32 {
    let quickest = |fraction: v4l::Fraction| {
        let time = fraction.numerator.max(1);
        fraction.denominator.saturating_add(time / 2) / time
    };
    let intervals = device.enum_frameintervals(fourcc, width, height).unwrap_or_default();
    let rates = intervals.into_iter().map(|interval| match interval.interval {
        FrameIntervalEnum::Discrete(one) => quickest(one),
        FrameIntervalEnum::Stepwise(range) => quickest(range.min),
    });
    rates.max().unwrap_or(0)
}

/// udev's name for a node, where it made one.
fn lasting_name(node: &Path) -> PathBuf {
    let links = std::fs::read_dir(BY_ID).into_iter().flatten().flatten();
    let mut names: Vec<PathBuf> = links
        .map(|link| link.path())
        .filter(|link| std::fs::canonicalize(link).is_ok_and(|target| target == node))
        .collect();
    names.sort_unstable();
    names.into_iter().next().unwrap_or_else(|| node.to_owned())
}

fn attribute(number: u32, name: &str) -> Option<String> {
    let path = format!("/sys/class/video4linux/video{number}/{name}");
    std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

/// Whether it is the first node of its device, the one that gives pictures.
fn is_first(number: u32) -> bool {
    attribute(number, "index").is_none_or(|index| index == "0")
}

fn connection(number: u32, local: &str) -> Connection {
    // The node belongs to an interface of the USB device, which stands above it.
    let id = |name: &str| u16::from_str_radix(&attribute(number, &format!("device/../{name}"))?, 16).ok();
    match (id("idVendor"), id("idProduct")) {
        (Some(vendor), Some(product)) => Connection::Usb { vendor, product },
        _ => Connection::System { name: local.to_owned() },
    }
}
