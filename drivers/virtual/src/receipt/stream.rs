//! The stream of commands, taken apart as it comes in.

/// What the printer is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    /// ESC @.
    Initialise,
    /// GS v 0: bytes of a row, rows.
    Raster { line: usize, data: Vec<u8> },
    /// GS V.
    Cut,
    /// ESC d, ESC J, LF: the paper moves by so many dots.
    Feed(u32),
    /// GS r.
    Transmit(u8),
    /// GS a.
    Automatic(u8),
    /// A character to print: none of our slips has one.
    Character,
    /// A control byte that nothing is known of.
    Unknown,
}

/// What is done the moment it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RealTime {
    /// DLE EOT n.
    Status(u8),
    /// DLE DC4 1: the pulse that opens the cash drawer.
    Pulse,
    /// DLE DC4 2 and 8, DLE ENQ: switches off, empties the buffer, recovers.
    Other,
}

/// One line feed of ESC d: 1/6 inch at 203 dpi.
const LINE: u32 = 30;

/// Longest command but for the dots of a picture: DLE DC4 8 has ten bytes.
#[derive(Debug, Default)]
pub(super) struct Stream {
    command: Vec<u8>,
    /// The last bytes, whatever they belong to: real-time commands are seen everywhere.
    recent: Vec<u8>,
}

impl Stream {
    /// Bytes of a command that is not whole yet.
    pub(super) const fn waiting(&self) -> usize {
        self.command.len()
    }

    /// Takes a byte.
    pub(super) fn take(&mut self, byte: u8) -> (Option<RealTime>, Option<Order>) {
        self.recent.push(byte);
        let now = match self.recent[..] {
            [.., 0x10, 0x04, n @ 1..=4] => Some(RealTime::Status(n)),
            [.., 0x10, 0x05, 0..=2] => Some(RealTime::Other),
            [.., 0x10, 0x14, 1, 0 | 1, 1..=8] => Some(RealTime::Pulse),
            [.., 0x10, 0x14, 2, 1, 8] | [.., 0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8] => Some(RealTime::Other),
            _ => None,
        };
        if now.is_some() {
            self.recent.clear();
        } else if self.recent.len() > 16 {
            self.recent.drain(..6);
        }
        self.command.push(byte);
        let order = self.whole();
        (now, order)
    }

    /// The command, once it is whole.
    fn whole(&mut self) -> Option<Order> {
        let order = match self.command[..] {
            [0x00] | [0x10, 0x04, _] | [0x10, 0x05, _] | [0x10, 0x14, 1 | 2, _, _] => {
                self.command.clear();
                return None;
            }
            [0x10, 0x14, 8, ..] if self.command.len() == 10 => {
                self.command.clear();
                return None;
            }
            [0x10] | [0x10, 0x04 | 0x05] | [0x10, 0x14, ..] | [0x1b] | [0x1d] => return None,
            [0x0a] => Order::Feed(LINE),
            [0x1b, 0x40] => Order::Initialise,
            [0x1b, 0x64 | 0x4a] => return None,
            [0x1b, 0x64, lines] => Order::Feed(u32::from(lines) * LINE),
            [0x1b, 0x4a, dots] => Order::Feed(dots.into()),
            [0x1d, 0x72 | 0x61] => return None,
            [0x1d, 0x72, n] => Order::Transmit(n),
            [0x1d, 0x61, n] => Order::Automatic(n),
            [0x1d, 0x56] | [0x1d, 0x56, 65 | 66] => return None,
            [0x1d, 0x56, 0 | 1 | 48 | 49] | [0x1d, 0x56, 65 | 66, _] => Order::Cut,
            [0x1d, 0x76] | [0x1d, 0x76, 0x30] | [0x1d, 0x76, 0x30, _] => return None,
            [0x1d, 0x76, 0x30, _, ..] if self.command.len() < 8 => return None,
            [0x1d, 0x76, 0x30, 0 | 48, xl, xh, yl, yh, ref data @ ..] => {
                let line = usize::from(u16::from_le_bytes([xl, xh]));
                let rows = usize::from(u16::from_le_bytes([yl, yh]));
                if data.len() < line * rows {
                    return None;
                }
                Order::Raster { line, data: data.to_vec() }
            }
            [0x20..=0xff, ..] => Order::Character,
            _ => Order::Unknown,
        };
        self.command.clear();
        Some(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (Vec<RealTime>, Vec<Order>) {
        let mut stream = Stream::default();
        let (mut now, mut orders) = (Vec::new(), Vec::new());
        for byte in bytes {
            let (one, order) = stream.take(*byte);
            now.extend(one);
            orders.extend(order);
        }
        assert_eq!(stream.waiting(), 0);
        (now, orders)
    }

    #[test]
    fn commands_are_taken_apart() {
        let bytes =
            b"\x00\x00\x1b@\x1dv0\x00\x01\x00\x02\x00\xaa\x55\x1dr\x01\x1dVB\x10\x1bd\x04\x1dV\x01A\x02";
        let picture = Order::Raster { line: 1, data: vec![0xaa, 0x55] };
        let expected = vec![
            Order::Initialise,
            picture,
            Order::Transmit(1),
            Order::Cut,
            Order::Feed(120),
            Order::Cut,
            Order::Character,
            Order::Unknown,
        ];
        assert_eq!(read(bytes), (vec![], expected));
    }

    #[test]
    fn real_time_commands_are_seen_within_a_picture_and_stay_in_it() {
        let dots = [0x10, 0x04, 0x02, 0x10, 0x14, 0x01, 0x00, 0x01];
        let bytes = [&b"\x10\x04\x01\x1dv0\x00\x04\x00\x02\x00"[..], &dots, b"\x10\x04\x04"].concat();
        let (now, orders) = read(&bytes);
        assert_eq!(now, [RealTime::Status(1), RealTime::Status(2), RealTime::Pulse, RealTime::Status(4)]);
        assert_eq!(orders, [Order::Raster { line: 4, data: dots.to_vec() }]);
    }
}
