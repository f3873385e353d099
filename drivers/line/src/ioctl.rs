//! The kernel's calls on hidraw and evdev nodes: the only file of this crate with `unsafe`.
//!
//! Numbers and structures: Linux `include/uapi/linux/hidraw.h` and `input.h`.

// Each call hands the kernel memory of the size that the call's number carries, as the header says.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::fs::File;

use rustix::io::{Errno, Result};
use rustix::ioctl::{Getter, IntegerSetter, Ioctl, IoctlOutput, Opcode, Setter, ioctl, opcode};

/// `struct input_absinfo`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AbsInfo {
    pub(crate) value: i32,
    pub(crate) minimum: i32,
    pub(crate) maximum: i32,
    pub(crate) fuzz: i32,
    pub(crate) flat: i32,
    pub(crate) resolution: i32,
}

/// `struct hidraw_devinfo`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct HidrawInfo {
    bus: u32,
    vendor: u16,
    product: u16,
}

const GET_INFO: Opcode = opcode::read::<HidrawInfo>(b'H', 0x03);
const GET_X: Opcode = opcode::read::<AbsInfo>(b'E', 0x40);
const GET_Y: Opcode = opcode::read::<AbsInfo>(b'E', 0x41);
const GET_PRESSURE: Opcode = opcode::read::<AbsInfo>(b'E', 0x58);
const GRAB: Opcode = opcode::write::<i32>(b'E', 0x90);
const SET_CLOCK: Opcode = opcode::write::<i32>(b'E', 0xa0);

/// `CLOCK_MONOTONIC` of `include/uapi/linux/time.h`.
const MONOTONIC: i32 = 1;

/// `EVIOCGABS` of ABS_X (0), ABS_Y (1) or ABS_PRESSURE (24).
pub(crate) fn axis(file: &File, code: u16) -> Result<AbsInfo> {
    // SAFETY: the kernel writes one `struct input_absinfo`, which `AbsInfo` is.
    unsafe {
        match code {
            0 => ioctl(file, Getter::<GET_X, AbsInfo>::new()),
            1 => ioctl(file, Getter::<GET_Y, AbsInfo>::new()),
            24 => ioctl(file, Getter::<GET_PRESSURE, AbsInfo>::new()),
            _ => Err(Errno::INVAL),
        }
    }
}

/// `HIDIOCGRAWINFO`: vendor and product.
pub(crate) fn identity(file: &File) -> Result<(u16, u16)> {
    // SAFETY: the kernel writes one `struct hidraw_devinfo`, which `HidrawInfo` is.
    let info = unsafe { ioctl(file, Getter::<GET_INFO, HidrawInfo>::new()) }?;
    Ok((info.vendor, info.product))
}

/// `EVIOCGRAB`: this file alone gets the events, or everybody again.
pub(crate) fn grab(file: &File, on: bool) -> Result<()> {
    // SAFETY: EVIOCGRAB takes its argument by value.
    unsafe { ioctl(file, IntegerSetter::<GRAB>::new_usize(usize::from(on))) }
}

/// `EVIOCSCLOCKID`: events bear the time of a clock that nobody sets.
pub(crate) fn count_monotonically(file: &File) -> Result<()> {
    // SAFETY: the kernel reads one `int`.
    unsafe { ioctl(file, Setter::<SET_CLOCK, i32>::new(MONOTONIC)) }
}

/// `HIDIOCGFEATURE` (7) and `HIDIOCSFEATURE` (6): a report whose first byte is its number.
struct Feature<'a> {
    number: u8,
    report: &'a mut [u8],
}

// SAFETY: the call's number carries the length of `report`, which lives as long as the call.
unsafe impl Ioctl for Feature<'_> {
    type Output = usize;

    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        let read_write = rustix::ioctl::Direction::ReadWrite;
        opcode::from_components(read_write, b'H', self.number, self.report.len())
    }

    fn as_ptr(&mut self) -> *mut c_void {
        self.report.as_mut_ptr().cast()
    }

    unsafe fn output_from_ptr(output: IoctlOutput, _: *mut c_void) -> Result<usize> {
        Ok(usize::try_from(output).unwrap_or_default())
    }
}

/// Asks for a feature report; gives the number of bytes that came, its number included.
pub(crate) fn get_feature(file: &File, report: &mut [u8]) -> Result<usize> {
    // SAFETY: see `Feature`.
    unsafe { ioctl(file, Feature { number: 0x07, report }) }
}

/// Sends a feature report.
pub(crate) fn set_feature(file: &File, report: &[u8]) -> Result<()> {
    let mut copy = report.to_vec();
    // SAFETY: see `Feature`.
    unsafe { ioctl(file, Feature { number: 0x06, report: &mut copy }) }.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_are_those_of_the_kernels_headers() {
        // As `printf("%x", EVIOCGABS(ABS_X))` and so on print them on a 64-bit PC.
        assert_eq!([GET_X, GET_Y, GET_PRESSURE], [0x8018_4540, 0x8018_4541, 0x8018_4558]);
        assert_eq!((GRAB, SET_CLOCK, GET_INFO), (0x4004_4590, 0x4004_45a0, 0x8008_4803));
        let feature = |number, report: &mut [u8]| Feature { number, report }.opcode();
        assert_eq!(feature(0x07, &mut [0; 17]), 0xc011_4807);
        assert_eq!(feature(0x06, &mut [0; 2]), 0xc002_4806);
        assert_eq!(size_of::<AbsInfo>(), 24);
    }

    #[test]
    fn a_file_that_is_no_node_refuses() {
        let file = tempfile::tempfile().unwrap();
        assert_eq!(axis(&file, 0), Err(Errno::NOTTY));
        assert_eq!(grab(&file, true), Err(Errno::NOTTY));
        assert_eq!(identity(&file), Err(Errno::NOTTY));
        assert_eq!(count_monotonically(&file), Err(Errno::NOTTY));
        assert_eq!(get_feature(&file, &mut [0x09; 17]), Err(Errno::NOTTY));
        assert_eq!(set_feature(&file, &[0x20, 0]), Err(Errno::NOTTY));
    }
}
