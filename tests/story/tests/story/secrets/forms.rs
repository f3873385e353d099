//! The forms in which a word can stand in a file.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Shorter forms stand in random bytes by chance: six bytes once in 280 TB, four bytes once in 4 GiB. What is left
/// out is a name of two signs in the wide encodings; its owner's number is searched in all of them.
const SHORTEST: usize = 6;

/// Bytes of `word` as a program may have written it.
pub fn of(word: &str) -> Vec<Vec<u8>> {
    let wide: Vec<u16> = word.encode_utf16().collect();
    let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = word.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let escaped: String = wide.iter().map(|unit| format!("\\u{unit:04x}")).collect();
    let mut all = vec![
        word.as_bytes().to_vec(),
        wide.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        wide.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        gb18030(word),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        percent.into_bytes(),
        escaped.into_bytes(),
    ];
    all.retain(|form| form.len() >= SHORTEST);
    all.sort();
    all.dedup();
    all
}

/// By the system's own converter: GB18030 has every sign, also those that GBK lacks.
fn gb18030(word: &str) -> Vec<u8> {
    let mut child = Command::new("iconv")
        .args(["-f", "UTF-8", "-t", "GB18030"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(word.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}
