//! espeak-ng: a real voice, into a file whose sound is looked at.

use std::path::Path;

use driver_contract::{DeviceClass, Outcome, SpeechParameters, Task};
use serde_json::json;

use crate::post::{LONG, Post};

/// Rate and samples of a WAV file of 16 bits, one channel (Microsoft's RIFF, format 1).
fn samples(file: &Path) -> (u32, Vec<i16>) {
    let bytes = std::fs::read(file).unwrap();
    assert_eq!((&bytes[..4], &bytes[8..16]), (b"RIFF".as_slice(), b"WAVEfmt ".as_slice()));
    assert_eq!(bytes[20..24], [1, 0, 1, 0], "PCM, one channel");
    let rate = u32::from_le_bytes(bytes[24..28].try_into().unwrap());
    let sound = bytes[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    (rate, sound)
}

fn seconds((rate, sound): &(u32, Vec<i16>)) -> f64 {
    f64::from(u32::try_from(sound.len()).unwrap()) / f64::from(*rate)
}

fn loudness(sound: &[i16]) -> f64 {
    let sum: f64 = sound.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (sum / f64::from(u32::try_from(sound.len().max(1)).unwrap())).sqrt()
}

#[test]
fn it_speaks_chinese_aloud_and_each_prompt_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("prompt.wav");
    let entry = json!({ "driver": "espeak", "path": "espeak-ng", "attestation": "virtual",
        "settings": { "sink": "wav", "wav": wav.to_str().unwrap() } });
    let mut post = Post::new(DeviceClass::Speaker, folder, &entry);
    let mut say = |text: &str| {
        let task = Task::Speak(SpeechParameters { text: text.into() });
        assert_eq!(post.run(task, LONG), Ok(Outcome::Announced));
        samples(&wav)
    };
    let first = say("请A零二三号到三号窗口办理");
    let second = say("请把身份证放在读卡区");
    let long = say("请把身份证放在读卡区。请把身份证放在读卡区。请把身份证放在读卡区。");
    // Silence is 0; speech of this program has some thousands.
    for sound in [&first.1, &second.1, &long.1] {
        assert!(loudness(sound) > 500.0, "{}", loudness(sound));
    }
    assert!((1.0..20.0).contains(&seconds(&first)), "{}", seconds(&first));
    assert!(seconds(&long) > 2.0 * seconds(&second));
    assert!(first.1 != second.1);
    // A word that the program would take for phonemes, or for an option, is said as it stands.
    assert!(loudness(&say("[[_x_]] -w 文件").1) > 500.0);
}
