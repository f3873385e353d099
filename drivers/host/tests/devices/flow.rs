//! Moving pictures through the host and its shared memory to the terminal: counted, not timed.

use std::path::Path;
use std::time::{Duration, Instant};

use driver_contract::{DeviceClass, Outcome, PictureSize, PreviewParameters, Task, TaskNews};
use serde_json::json;
use virtual_devices::camera::{CameraFormat, recording};

use crate::faults::camera::number_in;
use crate::post::{LONG, Post};

/// Pictures in the file: enough that two of the same number are no neighbours.
const FILM: u32 = 40;

fn post(folder: tempfile::TempDir, film: &Path) -> Post {
    // As fast as the terminal fetches them.
    let entry = json!({ "driver": "camera-stream", "path": film, "settings": { "frames_per_second": 0 } });
    Post::new(DeviceClass::Camera, folder, &entry)
}

/// Shows `count` pictures of a file to `each`, with the time that they took.
fn show(size: PictureSize, format: CameraFormat, count: usize, mut each: impl FnMut(u32, &[u8])) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film");
    std::fs::write(&film, recording(format, size.width, size.height, FILM, 25).unwrap()).unwrap();
    let mut post = post(folder, &film);
    let device = post.device.clone();
    // Every one that comes: none is left out because nobody wished for so many.
    let parameters = PreviewParameters { size, frames_per_second: 1000, settings: Vec::new() };
    let mut running = post.client().begin(&device, Task::Preview(parameters), LONG).unwrap();
    let (mut shown, mut begun) = (0, None);
    while shown < count {
        match running.next(LONG).expect("pictures come") {
            TaskNews::Picture(picture) => {
                assert_eq!(picture.header.size, size);
                // The first one starts the clock: opening is not what is measured.
                begun.get_or_insert_with(Instant::now);
                shown += 1;
                each(picture.header.number, &picture.bytes);
            }
            TaskNews::Ended(result) => panic!("{result:?}"),
            _ => {}
        }
    }
    let took = begun.map(|begun| begun.elapsed()).unwrap_or_default();
    running.cancel();
    assert_eq!(running.finish(drop), Ok(Outcome::Stopped));
    took
}

#[test]
fn gaps_are_lost_pictures_never_torn_ones_and_never_out_of_order() {
    for format in [CameraFormat::Mjpeg, CameraFormat::Y4m] {
        let mut last = 0;
        show(PictureSize { width: 1280, height: 720 }, format, 100, |number, jpeg| {
            assert!(number > last, "{number} after {last}");
            last = number;
            // The file begins anew at its end; its numbers do, too.
            let shown = number_in(jpeg).expect("put together of two pictures");
            assert_eq!(shown, (number - 1) % FILM + 1, "picture {number}");
        });
    }
}

/// Prints pictures a second from a file through the host and shared memory to here. The machine decides what comes out;
/// nothing is judged.
#[test]
#[ignore = "a measurement: cargo test --release -p device-host --test devices -- --ignored --nocapture flow::rate"]
fn rate() {
    for (width, height) in [(1280, 720), (1920, 1080)] {
        for format in [CameraFormat::Mjpeg, CameraFormat::Y4m] {
            let count = 200;
            let (mut first, mut last, mut bytes) = (0, 0, 0);
            let took = show(PictureSize { width, height }, format, count, |number, jpeg| {
                if first == 0 {
                    first = number;
                }
                (last, bytes) = (number, bytes + jpeg.len());
            });
            let shown = (count - 1) as f64 / took.as_secs_f64();
            let lost = last - first + 1 - count as u32;
            println!(
                "{width}x{height} {format:?}: {shown:.0} pictures a second shown, {lost} of {} not fetched in time, {} kB each",
                last - first + 1,
                bytes / count / 1000
            );
        }
    }
}
