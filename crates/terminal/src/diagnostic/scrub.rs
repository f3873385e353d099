//! Takes out of a text whatever could be about a person.
//!
//! It does not look for names and numbers among other things; it keeps only what cannot be one: plain Latin words,
//! short numbers, and the time at the beginning of a line. A name in Latin letters cannot be told from other
//! words; nothing in this program logs one.

/// Stands for a number.
const NUMBER: &str = "<number>";
/// Stands for a text in another script than plain Latin.
const TEXT: &str = "<text>";
/// Stands for encoded data.
const DATA: &str = "<data>";

/// Fewer digits than a telephone number, a date or a query password has. Longer numbers go.
const DIGITS_KEPT: usize = 5;
/// Signs between two digits of one number: `9999 01`, `1993-04-12`, `(0999) - 55`.
const GAP: usize = 3;
/// Words of our logs are shorter; encoded pictures and hashes are not.
const WORD: usize = 23;

/// The text without personal data.
pub(crate) fn scrub(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let signs: Vec<char> = line.chars().collect();
        scrub_line(&signs, &mut out);
    }
    out
}

fn scrub_line(signs: &[char], out: &mut String) {
    let mut at = time_length(signs);
    out.extend(&signs[..at]);
    while let Some(sign) = signs.get(at) {
        if sign.is_numeric() {
            at += number(&signs[at..], out);
        } else if foreign_length(&signs[at..]) > 0 {
            while signs.get(at).is_some_and(|sign| !sign.is_numeric()) {
                match foreign_length(&signs[at..]) {
                    0 => break,
                    length => at += length,
                }
            }
            out.push_str(TEXT);
        } else if let Some(length) = data_length(signs, at) {
            at += length;
            out.push_str(DATA);
        } else {
            out.push(*sign);
            at += 1;
        }
    }
}

/// Writes the number that begins here, or stands for it; returns how many signs were read.
fn number(signs: &[char], out: &mut String) -> usize {
    let (mut digits, mut end, mut gap) = (0, 0, 0);
    let mut foreign = false;
    for (at, sign) in signs.iter().enumerate() {
        if sign.is_numeric() {
            digits += 1;
            foreign |= !sign.is_ascii();
            end = at + 1;
            gap = 0;
        } else if sign.is_ascii_alphabetic() || *sign == '\n' || gap == GAP {
            break;
        } else {
            gap += 1;
        }
    }
    if digits > DIGITS_KEPT || foreign {
        out.push_str(NUMBER);
        return end + check_character(&signs[end..]);
    }
    // Not long enough, also together with what follows: the first piece stays, the rest is looked at in turn.
    let piece = signs.iter().take_while(|sign| sign.is_numeric()).count();
    out.extend(&signs[..piece]);
    piece
}

/// The X that may end an identity number, with a sign before it.
fn check_character(signs: &[char]) -> usize {
    let at = usize::from(signs.first().is_some_and(|sign| !sign.is_alphanumeric() && *sign != '\n'));
    let is_x = matches!(signs.get(at), Some('X' | 'x' | 'Ｘ' | 'ｘ'));
    let ends = signs.get(at + 1).is_none_or(|sign| !sign.is_ascii_alphanumeric());
    if is_x && ends { at + 1 } else { 0 }
}

/// Signs of a foreign script that begin here, written plainly or escaped: `周`, `\u{5468}`, `\u5468`, `\xe5`, `%E5`,
/// `&#21608;`.
fn foreign_length(signs: &[char]) -> usize {
    let hex = |from: usize| signs.iter().skip(from).take_while(|sign| sign.is_ascii_hexdigit()).count();
    match signs {
        [sign, ..] if !sign.is_ascii() => 1,
        ['\\', 'u' | 'U', '{', ..] if signs.get(3 + hex(3)) == Some(&'}') => 4 + hex(3),
        ['\\', 'u', ..] if hex(2) >= 4 => 6,
        ['\\', 'U', ..] if hex(2) >= 8 => 10,
        ['\\', 'x', ..] if hex(2) >= 2 => 4,
        ['%', high, ..] if high.to_digit(16).is_some_and(|value| value >= 8) && hex(1) >= 2 => 3,
        ['&', '#', ..] => {
            let body = signs.iter().skip(2).take_while(|sign| sign.is_ascii_alphanumeric()).count();
            if body > 0 && signs.get(2 + body) == Some(&';') { 3 + body } else { 0 }
        }
        ['\\', digits @ ..] if digits.len() >= 3 && digits[..3].iter().all(|sign| sign.is_digit(8)) => 4,
        _ => 0,
    }
}

/// Length of a piece of base64 or hexadecimal digits that begins here: letters and digits mixed, too long for a word.
fn data_length(signs: &[char], at: usize) -> Option<usize> {
    let of_data = |sign: &char| sign.is_ascii_alphanumeric() || matches!(sign, '+' | '=');
    if at > 0 && of_data(&signs[at - 1]) {
        return None;
    }
    let length = signs[at..].iter().take_while(|sign| of_data(sign)).count();
    let mixed = signs[at..at + length].iter().any(char::is_ascii_digit);
    (length > WORD && mixed).then_some(length)
}

/// Length of the time at the beginning of a line of log: `2026-03-05T14:32:05.123456Z`, alone or as a JSON member.
fn time_length(signs: &[char]) -> usize {
    const SHAPE: &str = "20dd-dd-ddTdd:dd:dd";
    let lead = ["{\"timestamp\":\"", ""]
        .into_iter()
        .find(|lead| lead.chars().eq(signs.iter().copied().take(lead.chars().count())))
        .map_or(0, |lead| lead.chars().count());
    let rest = &signs[lead..];
    let fits =
        |(shape, sign): (char, &char)| if shape == 'd' { sign.is_ascii_digit() } else { shape == *sign };
    if rest.len() < SHAPE.len() || !SHAPE.chars().zip(rest).all(fits) {
        return 0;
    }
    let mut end = SHAPE.len();
    if rest.get(end) == Some(&'.') {
        end += 1 + rest[end + 1..].iter().take_while(|sign| sign.is_ascii_digit()).count();
    }
    // Our logs write UTC with nine digits at most; anything else is no time of theirs.
    if end <= SHAPE.len() + 10 && rest.get(end) == Some(&'Z') { lead + end + 1 } else { 0 }
}
