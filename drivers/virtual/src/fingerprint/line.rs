//! What libfprint's virtual image sensor is told over its socket: two 32-bit numbers in the machine's order, then the
//! pixels if the numbers are a width and a height. Negative first numbers are orders
//! (libfprint 1.94, `drivers/virtual-image.c`).

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// Why the sensor wants the finger laid again (`FpDeviceRetry`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SensorRetry {
    /// Poor picture.
    General = 0,
    /// Swipe too short.
    TooShort = 1,
    /// Not in the middle.
    Centre = 2,
    /// To be lifted first.
    Lift = 3,
}

/// What the sensor fails with (`FpDeviceError`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SensorTrouble {
    /// Something.
    General = 0,
    /// Busy.
    Busy = 4,
    /// The protocol was broken.
    Protocol = 5,
    /// Data that cannot be used.
    DataInvalid = 6,
    /// Too hot.
    TooHot = 0x101,
}

/// A connection to the sensor's socket.
#[derive(Debug)]
pub struct SensorLine(UnixStream);

impl SensorLine {
    /// Connects; waits until somebody has opened the sensor, which is when it listens.
    ///
    /// # Errors
    /// Nobody listens until `limit` is over.
    pub fn connect(socket: &Path, limit: Duration) -> io::Result<Self> {
        let until = Instant::now() + limit;
        loop {
            match UnixStream::connect(socket) {
                Ok(stream) => return Ok(Self(stream)),
                Err(error) if Instant::now() >= until => return Err(error),
                Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    fn say(&mut self, first: i32, second: i32) -> io::Result<()> {
        let mut bytes = first.to_ne_bytes().to_vec();
        bytes.extend(second.to_ne_bytes());
        self.0.write_all(&bytes)
    }

    /// Lays a finger, gives its picture and lifts it.
    ///
    /// # Errors
    /// The socket's.
    pub fn picture(&mut self, width: u32, height: u32, pixels: &[u8]) -> io::Result<()> {
        let number = |size: u32| i32::try_from(size).map_err(io::Error::other);
        self.say(number(width)?, number(height)?)?;
        self.0.write_all(pixels)
    }

    /// Wants the finger laid again.
    ///
    /// # Errors
    /// The socket's.
    pub fn retry(&mut self, why: SensorRetry) -> io::Result<()> {
        self.say(-1, why as i32)
    }

    /// Fails.
    ///
    /// # Errors
    /// The socket's.
    pub fn fail(&mut self, trouble: SensorTrouble) -> io::Result<()> {
        self.say(-2, trouble as i32)
    }

    /// Tells by itself that a finger came or went.
    ///
    /// # Errors
    /// The socket's.
    pub fn finger(&mut self, present: bool) -> io::Result<()> {
        self.say(-3, 0)?;
        self.say(-4, i32::from(present))
    }

    /// Pulls the sensor's plug.
    ///
    /// # Errors
    /// The socket's.
    pub fn unplug(&mut self) -> io::Result<()> {
        self.say(-5, 0)
    }
}
