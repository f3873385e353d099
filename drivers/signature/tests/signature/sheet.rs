//! What a signature must be.

use driver_contract::FaultCode;
use driver_signature::{Field, Sample, Sheet};

const FIELD: Field = Field { width: 1000, height: 500, pressure: 255 };

/// A line of so many points over so many units at so many points a second.
fn line(points: u64, units: u64, rate: u64) -> Vec<Sample> {
    (0..points)
        .map(|number| Sample {
            at_us: 7_000_000 + number * 1_000_000 / rate,
            x: i64::try_from(number * units / points.max(1)).unwrap(),
            y: 10,
            pressure: Some(300),
            down: true,
        })
        .collect()
}

fn judged(samples: &[Sample]) -> Result<usize, FaultCode> {
    let mut sheet = Sheet::new(FIELD);
    for sample in samples {
        sheet.add(*sample, b"r").map_err(|error| error.fault_code())?;
    }
    sheet.finish().map(|(points, _)| points.len()).map_err(|error| error.fault_code())
}

#[test]
fn exactly_a_hundred_points_a_second_are_enough() {
    assert_eq!(judged(&line(60, 600, 100)), Ok(60));
    assert_eq!(judged(&line(60, 600, 99)), Err(FaultCode::SignatureSparse));
    // Over less than 0.3 s the rate says nothing.
    assert_eq!(judged(&line(12, 600, 50)), Ok(12));
}

#[test]
fn pauses_between_strokes_are_no_lack_of_points() {
    let mut samples = line(40, 400, 120);
    samples.push(Sample { down: false, ..samples[39] });
    samples.extend(
        line(40, 400, 120).iter().map(|sample| Sample { at_us: sample.at_us + 5_000_000, ..*sample }),
    );
    assert_eq!(judged(&samples), Ok(81));
}

#[test]
fn empty_short_and_dots() {
    assert_eq!(judged(&[]), Err(FaultCode::SignatureEmpty));
    let hover = Sample { down: false, ..line(1, 0, 100)[0] };
    assert_eq!(judged(&[hover; 5]), Err(FaultCode::SignatureEmpty));
    assert_eq!(judged(&line(9, 900, 100)), Err(FaultCode::SignatureTooShort));
    assert_eq!(judged(&line(40, 90, 100)), Err(FaultCode::SignatureTooShort));
    assert_eq!(judged(&line(40, 110, 100)), Ok(40));
}

#[test]
fn the_edges_belong_to_the_field_and_nothing_beyond_them() {
    let mut samples = line(40, 400, 120);
    (samples[5].x, samples[6].y) = (1000, 500);
    assert_eq!(judged(&samples), Ok(40));
    for (x, y) in [(1001, 0), (0, 501), (-1, 0), (0, -1)] {
        let mut samples = line(40, 400, 120);
        (samples[5].x, samples[5].y) = (x, y);
        assert_eq!(judged(&samples), Err(FaultCode::SignatureOutside), "{x} {y}");
    }
    // Lifted beside the field: the stroke ended inside of it.
    let mut samples = line(40, 400, 120);
    samples.push(Sample { down: false, x: 5000, ..samples[39] });
    assert_eq!(judged(&samples), Ok(41));
}

#[test]
fn points_have_times_from_the_first_and_pressures_within_the_field() {
    let mut sheet = Sheet::new(FIELD);
    let samples = line(20, 400, 200);
    let first = sheet.add(samples[0], b"ab").unwrap().unwrap();
    let second = sheet.add(samples[1], b"cd").unwrap().unwrap();
    assert_eq!((first.at_ms, second.at_ms, first.pressure), (0, 5, 255));
    let told_none = Sample { pressure: None, ..samples[2] };
    assert_eq!(sheet.add(told_none, b"ef").unwrap().unwrap().pressure, 255);
    sheet.clear();
    assert!(sheet.is_empty());
}

#[test]
fn a_scribble_without_end_is_stopped_before_it_is_larger_than_a_message() {
    let mut sheet = Sheet::new(FIELD);
    let mut taken = 0;
    for sample in line(10_000, 900, 200) {
        match sheet.add(sample, &[0; 96]) {
            Ok(_) => taken += 1,
            Err(error) => {
                assert_eq!(error.fault_code(), FaultCode::WrongLength);
                break;
            }
        }
    }
    let (points, raw) = sheet.finish().unwrap();
    assert_eq!(points.len(), taken);
    let message = serde_json::to_string(&points).unwrap().len() + raw.len() * 2;
    assert!(message < driver_contract::wire::LONGEST_FRAME as usize - 1000, "{message}");
}
