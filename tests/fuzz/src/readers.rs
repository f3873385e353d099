//! Cards, keys and codes.

use super::pieces;
use driver_chip::card;
use driver_code::wedge::Keyboard;
use driver_code::{Encoding, Reading, Rules};
use driver_contract::{Direction, LineMask, TapeLine};
use driver_idcard::samv::{AnswerParser, Command, SamvMask, decode_text, encode_command};
use driver_printer::escpos::{Answer, Answers, Status};
use driver_ukey::skf::{CipherBlob, PublicKeyBlob, names};
use std::time::{Duration, Instant};

/// SAM_V answers in pieces: each has the check byte that it should, and no more bytes come out than went in.
pub(crate) fn samv_answers(bytes: &[u8]) {
    let (mut cut, mut whole) = (AnswerParser::default(), AnswerParser::default());
    let drain = |parser: &mut AnswerParser, out: &mut Vec<Vec<u8>>| {
        while let Some(answer) = parser.next_answer() {
            let Ok(answer) = answer else { continue };
            assert_eq!(answer.raw[5..].iter().fold(0, |check, byte| check ^ byte), 0, "a wrong check byte");
            out.push(answer.raw);
        }
    };
    let (mut from_pieces, mut at_once) = (Vec::new(), Vec::new());
    for piece in pieces(bytes) {
        cut.push(piece);
        drain(&mut cut, &mut from_pieces);
    }
    let all = bytes.get(4..).unwrap_or_default();
    whole.push(all);
    drain(&mut whole, &mut at_once);
    assert_eq!(from_pieces, at_once, "how the line cuts it changes nothing");
    assert!(at_once.iter().map(Vec::len).sum::<usize>() <= all.len());
}

/// SAM_V answers on their way to a masked tape: as many bytes come out as went in, whatever the line cuts, and masked
/// twice is masked once.
pub(crate) fn samv_masks(bytes: &[u8]) {
    let all = bytes.get(4..).unwrap_or_default();
    for command in Command::ALL {
        let masked = |pieces: &mut dyn Iterator<Item = &[u8]>| -> Vec<u8> {
            let mut mask = SamvMask::default();
            mask.pass(Direction::ToDevice, &encode_command(command.bytes(), &[]));
            let mut lines: Vec<TapeLine> =
                pieces.flat_map(|piece| mask.pass(Direction::FromDevice, piece)).collect();
            lines.extend(mask.rest());
            lines.into_iter().flat_map(|line| line.bytes).collect()
        };
        let whole = masked(&mut std::iter::once(all));
        assert_eq!(whole.len(), all.len());
        assert!(masked(&mut pieces(bytes)) == whole, "how the line cuts it changes nothing");
        assert!(masked(&mut std::iter::once(whole.as_slice())) == whole, "masked already");
    }
}

/// What a receipt printer says, in pieces: every byte counts once, and each state can be told.
pub(crate) fn receipt_answers(bytes: &[u8]) {
    let (mut cut, mut whole) = (Answers::default(), Answers::default());
    let (mut from_pieces, mut at_once) = (Vec::new(), Vec::new());
    for piece in pieces(bytes) {
        piece.iter().for_each(|byte| cut.take(*byte, |answer| from_pieces.push(answer)));
    }
    let all = bytes.get(4..).unwrap_or_default();
    all.iter().for_each(|byte| whole.take(*byte, |answer| at_once.push(answer)));
    assert_eq!(from_pieces, at_once, "how the line cuts it changes nothing");
    let lengths = at_once.iter().map(|answer| if matches!(answer, Answer::Automatic(_)) { 4 } else { 1 });
    let flow = all.iter().filter(|byte| [0x11, 0x13].contains(*byte)).count();
    assert_eq!(lengths.sum::<usize>() + whole.waiting() + flow, all.len());
    let mut real_time = Vec::new();
    for answer in at_once {
        match answer {
            Answer::RealTime(byte) => real_time.push(byte),
            Answer::Automatic(bytes) => told(Status::of_automatic(bytes)),
            Answer::Transmitted(_) | Answer::Garbage(_) => {}
        }
    }
    for four in real_time.as_chunks().0 {
        told(Status::of_real_time(*four));
    }
}

/// What keeps a printer from printing stands among its faults, first.
fn told(status: Status) {
    assert!(status.obstacle().is_none_or(|code| status.faults().contains(&code)));
    assert!(!status.ends_a_slip() || status.obstacle().is_some());
}

/// The text of a card.
pub(crate) fn samv_text(bytes: &[u8]) {
    let _ = decode_text(bytes);
    if let Some(text) = bytes.first_chunk::<256>() {
        let _ = decode_text(text);
    }
}

/// Answers of a chip card, and a social-security card's number.
pub(crate) fn chip_answers(bytes: &[u8]) {
    if let Ok(answer) = card::Answer::parse(bytes) {
        assert_eq!(answer.data.len() + 2, bytes.len());
        let _ = answer.wants();
        if let Ok(data) = answer.accepted() {
            let _ = card::card_number(&data);
        }
    }
    let _ = card::card_number(bytes);
}

/// Structures of GM/T 0016 that a library fills.
pub(crate) fn ukey_blobs(bytes: &[u8]) {
    if let Some(key) = PublicKeyBlob::parse(bytes)
        && let Some(point) = key.point()
    {
        assert_eq!(PublicKeyBlob::of(&point).point(), Some(point));
    }
    if let Some(cipher) = CipherBlob::of(bytes) {
        assert_eq!(cipher.plain_length() + 96, bytes.len());
    }
    assert!(names(bytes).iter().all(|name| !name.is_empty()));
}

fn rules(which: u8) -> Rules {
    Rules {
        encoding: match which % 3 {
            0 => Encoding::Either,
            1 => Encoding::Utf8,
            _ => Encoding::Gb18030,
        },
        longest: 64 + usize::from(which) * 8,
        no_read: if which & 0x80 == 0 { String::new() } else { "NR".to_owned() },
        repeat: Duration::from_millis(1000),
    }
}

/// Bytes of a code scanner.
pub(crate) fn scanned_codes(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let rules = rules(*which);
    if let Ok(text) = rules.text(bytes) {
        assert!(!text.trim().is_empty() && bytes.len() <= rules.longest);
    }
    let mut reading = Reading::new(rules);
    for byte in bytes {
        match byte {
            b'\r' => drop(reading.end(Instant::now())),
            0 => drop(reading.break_off()),
            byte => reading.push(*byte),
        }
    }
    let _ = reading.end(Instant::now());
}

/// Keys of a scanner that types.
pub(crate) fn typed_codes(bytes: &[u8]) {
    let mut keyboard = Keyboard::default();
    for key in bytes.chunks_exact(3) {
        let _ = keyboard.key(u16::from_le_bytes([key[0], key[1]]), i32::from(key[2] as i8));
    }
}
