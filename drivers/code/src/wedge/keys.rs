//! Letters out of key codes, on the US layout in which scanners type.
//!
//! Codes: Linux `include/uapi/linux/input-event-codes.h`.

/// Keys 2 to 13 (1 to =), 16 to 27 (Q to ]), 30 to 41 (A to `), 43 to 53 (\ to /), without and with shift.
const ROWS: [(u16, &[u8], &[u8]); 4] = [
    (2, b"1234567890-=", b"!@#$%^&*()_+"),
    (16, b"qwertyuiop[]", b"QWERTYUIOP{}"),
    (30, b"asdfghjkl;'`", b"ASDFGHJKL:\"~"),
    (43, b"\\zxcvbnm,./", b"|ZXCVBNM<>?"),
];
/// The keypad: 71 to 83.
const KEYPAD: (u16, &[u8]) = (71, b"789-456+1230.");

const ENTER: u16 = 28;
const KEYPAD_ENTER: u16 = 96;
const KEYPAD_TIMES: u16 = 55;
const KEYPAD_SLASH: u16 = 98;
const TAB: u16 = 15;
const SPACE: u16 = 57;
const SHIFTS: [u16; 2] = [42, 54];
const CAPS_LOCK: u16 = 58;
/// Control, alt and the logo key: with them a key is a command, or part of one.
const COMMANDS: [u16; 6] = [29, 97, 56, 100, 125, 126];

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// A letter, a digit or a sign.
    Letter(u8),
    /// The end of a code.
    End,
    /// A key that no code has.
    Strange,
}

/// The keys that are held.
#[derive(Debug, Clone, Default)]
pub struct Keyboard {
    shifts: u8,
    commands: u8,
    caps: bool,
}

impl Keyboard {
    /// A key was pressed (1), let go (0) or repeated (2).
    pub fn key(&mut self, code: u16, value: i32) -> Option<Stroke> {
        if let Some(bit) = SHIFTS.iter().position(|shift| *shift == code) {
            hold(&mut self.shifts, bit, value);
            return None;
        }
        if let Some(bit) = COMMANDS.iter().position(|command| *command == code) {
            hold(&mut self.commands, bit, value);
            return None;
        }
        if value != 1 {
            return None;
        }
        if self.commands != 0 {
            return Some(Stroke::Strange);
        }
        match code {
            CAPS_LOCK => {
                self.caps = !self.caps;
                None
            }
            ENTER | KEYPAD_ENTER | TAB => Some(Stroke::End),
            SPACE => Some(Stroke::Letter(b' ')),
            KEYPAD_TIMES => Some(Stroke::Letter(b'*')),
            KEYPAD_SLASH => Some(Stroke::Letter(b'/')),
            _ => Some(self.letter(code).map_or(Stroke::Strange, Stroke::Letter)),
        }
    }

    fn letter(&self, code: u16) -> Option<u8> {
        let at = |first: u16, row: &[u8]| row.get(usize::from(code.checked_sub(first)?)).copied();
        for (first, plain, shifted) in ROWS {
            let Some(small) = at(first, plain) else { continue };
            let shift = (self.shifts != 0) ^ (self.caps && small.is_ascii_lowercase());
            return if shift { at(first, shifted) } else { Some(small) };
        }
        at(KEYPAD.0, KEYPAD.1)
    }
}

fn hold(held: &mut u8, bit: usize, value: i32) {
    if value == 0 {
        *held &= !(1 << bit);
    } else {
        *held |= 1 << bit;
    }
}
