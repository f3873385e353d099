//! What a camera can deliver, and which of it is taken; pure.

use driver_contract::PictureSize;

use crate::pixels::Layout;

/// How a camera codes its pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coding {
    /// Motion JPEG: passed on as it comes.
    Jpeg,
    /// Raw pixels.
    Raw(Layout),
}

/// One thing that a camera can deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// V4L2's four letters for the coding.
    pub fourcc: [u8; 4],
    /// What they mean.
    pub coding: Coding,
    /// Width and height in pixels.
    pub size: PictureSize,
    /// Most pictures in a second; 0 if the camera does not say.
    pub rate: u32,
}

impl Mode {
    const fn area(&self) -> u64 {
        self.size.width as u64 * self.size.height as u64
    }
}

/// The coding behind V4L2's four letters (`V4L2_PIX_FMT_…` in videodev2.h).
#[must_use]
pub const fn coding(fourcc: [u8; 4]) -> Option<Coding> {
    Some(match &fourcc {
        b"MJPG" | b"JPEG" => Coding::Jpeg,
        b"YUYV" => Coding::Raw(Layout::Yuyv),
        b"NV12" => Coding::Raw(Layout::Nv12),
        b"YU12" => Coding::Raw(Layout::Planar420),
        b"422P" => Coding::Raw(Layout::Planar422),
        b"GREY" => Coding::Raw(Layout::Grey),
        b"RGB3" => Coding::Raw(Layout::Rgb),
        b"BGR3" => Coding::Raw(Layout::Bgr),
        _ => return None,
    })
}

/// Which mode is taken for a size (`None`: the largest) at a rate (0: any).
///
/// Size goes before all: the largest, or the smallest that holds the wish, or else the largest. Of that size, one that
/// keeps the rate; of those, the camera's own JPEG before colour before grey; then the quickest.
#[must_use]
pub fn choose(modes: &[Mode], size: Option<PictureSize>, rate: u32) -> Option<Mode> {
    // A camera that does not say how quick it is gets the benefit of the doubt.
    let keeps = |mode: &Mode| mode.rate == 0 || mode.rate >= rate;
    let holds = |mode: &Mode| {
        size.is_none_or(|wish| mode.size.width >= wish.width && mode.size.height >= wish.height)
    };
    // A size at which nothing is quick enough is no use for a preview, if there is another.
    let quick: Vec<Mode> = modes.iter().filter(|mode| keeps(mode)).copied().collect();
    let modes = if quick.is_empty() { modes } else { &quick };
    let largest = modes.iter().max_by_key(|mode| mode.area())?;
    let area = match size {
        None => largest.area(),
        Some(_) => modes.iter().filter(|mode| holds(mode)).map(Mode::area).min().unwrap_or(largest.area()),
    };
    let taste = |mode: &Mode| match mode.coding {
        Coding::Jpeg => 2,
        Coding::Raw(Layout::Grey) => 0,
        Coding::Raw(_) => 1,
    };
    modes.iter().filter(|mode| mode.area() == area).max_by_key(|mode| (taste(mode), mode.rate)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(fourcc: &[u8; 4], width: u32, height: u32, rate: u32) -> Mode {
        Mode { fourcc: *fourcc, coding: coding(*fourcc).unwrap(), size: PictureSize { width, height }, rate }
    }

    /// What a usual USB camera offers.
    fn usual() -> Vec<Mode> {
        vec![
            mode(b"YUYV", 640, 480, 30),
            mode(b"YUYV", 1280, 720, 10),
            mode(b"YUYV", 1920, 1080, 5),
            mode(b"MJPG", 640, 480, 30),
            mode(b"MJPG", 1280, 720, 30),
            mode(b"MJPG", 1920, 1080, 30),
        ]
    }

    #[test]
    fn a_preview_is_quick_and_a_shot_is_large() {
        let hd = PictureSize { width: 1280, height: 720 };
        assert_eq!(choose(&usual(), Some(hd), 25), Some(mode(b"MJPG", 1280, 720, 30)));
        assert_eq!(choose(&usual(), None, 0), Some(mode(b"MJPG", 1920, 1080, 30)));
        // A raw format that is larger wins a shot, but not a preview.
        let mut modes = usual();
        modes.push(mode(b"BGR3", 3840, 2160, 2));
        assert_eq!(choose(&modes, None, 0), Some(mode(b"BGR3", 3840, 2160, 2)));
        assert_eq!(
            choose(&modes, Some(PictureSize { width: 3840, height: 2160 }), 25).unwrap().size.width,
            1920
        );
    }

    #[test]
    fn there_is_always_something_if_there_is_anything() {
        assert_eq!(choose(&[], None, 0), None);
        let slow = [mode(b"GREY", 320, 240, 5)];
        assert_eq!(choose(&slow, Some(PictureSize { width: 1280, height: 720 }), 25), Some(slow[0]));
        let untold = [mode(b"YUYV", 640, 480, 0), mode(b"YUYV", 320, 240, 30)];
        assert_eq!(choose(&untold, None, 25), Some(untold[0]));
    }
}
