//! The driver against a pad of software, over a pseudo terminal. A driver of yours has its virtual device in
//! `drivers/virtual` and at least twelve faults through the real host process, beside this.

#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::time::Duration;

use driver_contract::{
    CollectingContext, DeviceConfig, DeviceId, DriverFactory, EvaluationParameters, FaultCode, OpenDevice,
    Outcome, Task,
};
use driver_template::TemplatePads;
use serialport::{SerialPort, TTYPort};

const SOON: Duration = Duration::from_secs(20);

fn pad() -> (TTYPort, Box<dyn OpenDevice>) {
    let (mut pad, line) = TTYPort::pair().unwrap();
    pad.set_timeout(SOON).unwrap();
    let path = line.name().unwrap();
    // Somebody else would hold it otherwise.
    drop(line);
    let entry = format!(r#"{{ "driver": "template-serial", "path": "{path}", "attestation": "virtual" }}"#);
    let config: DeviceConfig = serde_json::from_str(&entry).unwrap();
    let device = TemplatePads.open(&DeviceId::new("template-serial", &path), &[config]).unwrap();
    (pad, device)
}

/// Waits until the pad is asked, then sends; what the driver made of it.
fn answered(bytes: &'static [u8], limit: Duration) -> Result<Outcome, FaultCode> {
    let (mut pad, mut device) = pad();
    let hand = std::thread::spawn(move || {
        let mut asked = [0; 4];
        pad.read_exact(&mut asked).unwrap();
        assert_eq!(asked, [0x7e, 0x01, 0x01, 0x00]);
        pad.write_all(bytes).unwrap();
        // It stays plugged in until the driver has let it rest.
        pad.read_exact(&mut asked).unwrap();
        assert_eq!(asked, [0x7e, 0x01, 0x02, 0x03]);
    });
    let mut context = CollectingContext::new(limit);
    let task = Task::Evaluate(EvaluationParameters { prompt: "请评价".to_owned() });
    let ended = device.run(&task, &mut context).map_err(|fault| fault.code);
    hand.join().unwrap();
    ended
}

#[test]
fn a_key_is_an_evaluation() {
    let outcome = answered(&[0x00, 0x7e, 0x02, 0x10, 0x01, 0x13], SOON);
    let Ok(Outcome::Evaluated(reading)) = outcome else { panic!("{outcome:?}") };
    assert_eq!((reading.score, reading.raw.as_slice()), (5, &[0x7e, 0x02, 0x10, 0x01, 0x13][..]));
}

#[test]
fn what_goes_wrong_has_its_name() {
    let short = Duration::from_millis(600);
    assert_eq!(answered(&[], short), Err(FaultCode::EvaluationTimedOut));
    assert_eq!(answered(&[0x7e, 0x02, 0x10, 0x01, 0x12], short), Err(FaultCode::LineChecksum));
    assert_eq!(answered(&[0x7e, 0x02, 0x10, 0x09, 0x1b], short), Err(FaultCode::EvaluationUnknownKey));
}
