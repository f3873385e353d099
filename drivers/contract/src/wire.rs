//! What terminal and host say to each other: one frame a message.
//!
//! A frame is a four-byte big-endian length and so many bytes of JSON. The host reads requests from
//! standard input and answers on the same socket; its standard output is the shared memory file (see
//! [`crate::SharedArea`]), its standard error the log.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{DeviceClass, DeviceEvent, DeviceId, DeviceInfo, Fault, Outcome, Region, Task, Word};

/// Version of these messages. Terminal and host of different versions refuse each other.
pub const PROTOCOL: u32 = 2;

/// Longest frame: 1 MiB. The largest message, a signature of a minute with its raw
/// reports, takes about 400 KiB; a longer length means that the two sides have lost each other.
pub const LONGEST_FRAME: u32 = 1 << 20;

/// What the terminal can ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    /// The devices of the host's class. Answer: [`Answer::Devices`].
    List,
    /// Opens a device and takes its lock. Answer: [`Answer::Opened`]. Opening twice is one opening.
    Open {
        /// Which.
        device: DeviceId,
    },
    /// Closes a device and lets go of its lock. Answer: [`Answer::Closed`].
    Close {
        /// Which.
        device: DeviceId,
    },
    /// Does a task; opens the device if need be. Answer: [`Answer::Done`].
    Run {
        /// On which device.
        device: DeviceId,
        /// What.
        task: Task,
        /// Comes back in every capture: see [`crate::Provenance`].
        nonce: String,
    },
}

/// From the terminal to the host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToHost {
    /// Something to do; answered once, by [`FromHost::Answer`] with the same id.
    Request {
        /// Chosen by the terminal, never used twice on one connection.
        id: u64,
        /// The host stops trying after so many milliseconds; the terminal kills it some time later.
        deadline_ms: u64,
        /// What to do.
        request: Request,
    },
    /// Ends a request early; its answer still comes.
    Cancel {
        /// Which.
        id: u64,
    },
    /// Says something to a task under way.
    Tell {
        /// Which request.
        id: u64,
        /// What.
        word: Word,
    },
    /// The terminal has copied a page out.
    Release {
        /// Which piece is free again.
        region: Region,
    },
    /// Are you there?
    Ping {
        /// Comes back in the pong.
        id: u64,
    },
    /// Close everything and end.
    Shutdown,
}

/// How a request ended well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Answer {
    /// To [`Request::List`].
    Devices(Vec<DeviceInfo>),
    /// To [`Request::Open`].
    Opened(Box<DeviceInfo>),
    /// To [`Request::Close`].
    Closed,
    /// To [`Request::Run`].
    Done(Outcome),
}

/// From the host to the terminal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromHost {
    /// The first frame.
    Hello {
        /// [`PROTOCOL`] of the host.
        protocol: u32,
        /// The class it serves.
        class: DeviceClass,
    },
    /// The end of a request.
    Answer {
        /// Which.
        id: u64,
        /// How.
        result: Result<Answer, Fault>,
    },
    /// Something happened at a device.
    Event {
        /// The request it belongs to; `None` for plugging and unplugging.
        request: Option<u64>,
        /// Where.
        device: DeviceId,
        /// What.
        event: DeviceEvent,
    },
    /// I am here.
    Pong {
        /// From the ping.
        id: u64,
        /// Milliseconds for which the quietest endless task (a watch) has not asked whether to stop; 0 if
        /// none runs. A driver that is stuck in a call shows here.
        silent_ms: u64,
    },
}

/// Writes one message.
///
/// # Errors
/// The stream's error, or a message longer than [`LONGEST_FRAME`].
pub fn write_frame<M: Serialize>(stream: &mut impl Write, message: &M) -> io::Result<()> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, message)?;
    let length = u32::try_from(frame.len() - 4).ok().filter(|length| *length <= LONGEST_FRAME);
    let Some(length) = length else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "message longer than a frame"));
    };
    frame[..4].copy_from_slice(&length.to_be_bytes());
    // One write: two threads that share the stream under a lock never leave half a frame on a crash of
    // their own making.
    stream.write_all(&frame)?;
    stream.flush()
}

/// Reads one message; `None` when the other side has closed the stream between two frames.
///
/// # Errors
/// The stream's error, a stream that ends inside a frame, a length over [`LONGEST_FRAME`], or JSON that
/// is not such a message.
pub fn read_frame<M: DeserializeOwned>(stream: &mut impl Read) -> io::Result<Option<M>> {
    let mut head = [0; 4];
    match stream.read(&mut head[..1])? {
        0 => return Ok(None),
        _ => stream.read_exact(&mut head[1..])?,
    }
    let length = u32::from_be_bytes(head);
    if length > LONGEST_FRAME {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "frame longer than allowed"));
    }
    let mut body = vec![0; length as usize];
    stream.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

/// Bytes as lower-case hexadecimal text: for records of a few kilobytes (never for pixels).
pub mod hex_bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes bytes.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// Not hexadecimal text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_and_their_ends_are_known() {
        let message = ToHost::Request {
            id: 7,
            deadline_ms: 900,
            request: Request::Run {
                device: DeviceId::new("samv-serial", "/dev/ttyS0"),
                task: Task::WatchCards { interval_ms: 300 },
                nonce: "n".into(),
            },
        };
        let mut bytes = Vec::new();
        write_frame(&mut bytes, &message).unwrap();
        write_frame(&mut bytes, &ToHost::Shutdown).unwrap();
        let mut stream = bytes.as_slice();
        assert_eq!(read_frame::<ToHost>(&mut stream).unwrap(), Some(message));
        assert_eq!(read_frame::<ToHost>(&mut stream).unwrap(), Some(ToHost::Shutdown));
        assert_eq!(read_frame::<ToHost>(&mut stream).unwrap(), None);
        for cut in 1..bytes.len() {
            let mut stream = &bytes[..cut];
            let mut last = read_frame::<ToHost>(&mut stream);
            while matches!(last, Ok(Some(_))) {
                last = read_frame::<ToHost>(&mut stream);
            }
            let whole_first = cut == bytes.len() - 4 - br#"{"type":"shutdown"}"#.len();
            assert_eq!(last.is_err(), !whole_first, "cut at {cut}");
        }
    }

    #[test]
    fn a_mad_length_is_refused_before_memory_is_taken() {
        let mut stream: &[u8] = &[0xff, 0xff, 0xff, 0xff, b'{'];
        assert!(read_frame::<ToHost>(&mut stream).is_err());
    }
}
