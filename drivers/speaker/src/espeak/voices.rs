//! The program's list of voices.

use crate::SpeechError;

/// Whether a list (`espeak-ng --voices=cmn`) names this voice.
///
/// # Errors
/// It is no such list: its first line has other columns.
pub fn has_voice(list: &str, voice: &str) -> Result<bool, SpeechError> {
    let mut lines = list.lines();
    // "Pty Language       Age/Gender VoiceName          File                 Other Languages"
    let head = lines.next().unwrap_or_default();
    if !head.starts_with("Pty") || !head.contains("Language") {
        return Err(SpeechError::NoList);
    }
    Ok(lines.any(|line| line.split_ascii_whitespace().nth(1) == Some(voice)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "Pty Language       Age/Gender VoiceName          File                 Other Languages\n";

    #[test]
    fn only_the_column_of_languages_counts() {
        let list = format!("{HEAD} 5  cmn-latn-pinyin --/M  Chinese  sit/cmn  (zh-cmn 5)(zh 5)\n");
        assert!(!has_voice(&list, "cmn").unwrap());
        let list = format!("{list} 5  cmn             --/M      Chinese_(Mandarin)  sit/cmn  (zh 5)\n");
        assert!(has_voice(&list, "cmn").unwrap());
        assert!(!has_voice(HEAD, "cmn").unwrap());
        assert!(has_voice("command not found", "cmn").is_err());
        assert!(has_voice("", "cmn").is_err());
    }
}
