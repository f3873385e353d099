//! What a pad with a display shows while it is signed on.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use driver_contract::{CollectingContext, DeviceEvent, FaultCode, Outcome, SignatureParameters, Task, Word};
use driver_signature::stu::Stu;
use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use virtual_devices::signature::{PenMove, StuFault, VirtualStu, handwriting};

use crate::pads::{LONG, config, open};

/// A picture that is the same nowhere, black and white.
fn words(width: u32, height: u32) -> (GrayImage, Vec<u8>) {
    let dot = |x: u32, y: u32| Luma([if (x * 7 + y * 13) % 11 < 4 || x == y { 0 } else { 255 }]);
    let picture = GrayImage::from_fn(width, height, dot);
    let mut png = Cursor::new(Vec::new());
    DynamicImage::from(picture.clone()).write_to(&mut png, ImageFormat::Png).unwrap();
    (picture, png.into_inner())
}

fn task(screen: Vec<u8>) -> Task {
    Task::Sign(SignatureParameters { title: String::new(), text: String::new(), screen, idle_ms: 20_000 })
}

/// Signs: writes, clears, writes again; tells what the display showed at the beginning, after the clearing and at the end.
fn signed(pad: &VirtualStu, folder: &std::path::Path, screen: Vec<u8>) -> [Option<GrayImage>; 3] {
    let mut device = open(&Stu, &config("wacom-stu", &folder.join("pad"))).unwrap();
    let moves = handwriting(VirtualStu::FIELD.0, VirtualStu::FIELD.1, 200);
    let mut context = CollectingContext::new(LONG);
    let words = context.words();
    let (say, mut written, mut cleared) = (words.clone(), 0, false);
    let anew = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&anew);
    context = context.listening(move |event| match event {
        DeviceEvent::Strokes(strokes) => {
            written += strokes.len();
            if written >= moves_of_a_half() && !cleared {
                cleared = true;
                say.say(Word::Clear);
            }
        }
        DeviceEvent::Cleared => told.store(true, Ordering::SeqCst),
        _ => {}
    });
    let mut shown = [None, None, None];
    let (begin, after) = shown.split_at_mut(1);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            assert!(pad.wait_until_ready(LONG));
            begin[0] = pad.display();
            pad.write(&moves[..moves_of_a_half() + 8]);
            while !anew.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            after[0] = pad.display();
            let later = |pen: &PenMove| PenMove { at_ms: pen.at_ms + 3000, ..*pen };
            pad.write(&moves.iter().map(later).collect::<Vec<_>>());
            std::thread::sleep(std::time::Duration::from_millis(300));
            words.say(Word::Finish);
        });
        let Outcome::Signature(reading) = device.run(&task(screen), &mut context).unwrap() else { panic!() };
        assert!(reading.points.len() >= 100, "{} points", reading.points.len());
    });
    shown[2] = pad.display();
    shown
}

const fn moves_of_a_half() -> usize {
    100
}

#[test]
fn the_words_stand_on_the_display_until_it_is_signed_and_come_back_when_it_is_cleared() {
    let folder = tempfile::tempdir().unwrap();
    let pad = VirtualStu::start(&folder.path().join("pad")).unwrap();
    let (picture, png) = words(320, 200);
    let [begin, cleared, end] = signed(&pad, folder.path(), png);
    assert!(begin.as_ref() == Some(&picture), "dot for dot");
    assert!(cleared == begin, "the ink went, the words stayed");
    assert_eq!(end, None, "nobody's words stay on a display");
}

#[test]
fn a_pad_that_shows_no_picture_is_signed_on_blank() {
    for (fault, size) in [
        (StuFault::WithoutPictures, (320, 200)),
        (StuFault::NeverReady, (320, 200)),
        // A picture of another size is none for this display.
        (StuFault::None, (800, 480)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let pad = VirtualStu::start(&folder.path().join("pad")).unwrap();
        pad.set_fault(fault);
        let (_, png) = words(size.0, size.1);
        assert_eq!(signed(&pad, folder.path(), png), [None, None, None], "{fault:?}");
    }
}

#[test]
fn a_pad_that_is_called_off_while_it_takes_its_picture_stops_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let pad = VirtualStu::start(&folder.path().join("pad")).unwrap();
    let mut device = open(&Stu, &config("wacom-stu", &folder.path().join("pad"))).unwrap();
    let mut context = CollectingContext::new(LONG);
    context.cancel_switch().store(true, Ordering::SeqCst);
    let fault = device.run(&task(words(320, 200).1), &mut context).unwrap_err();
    assert_eq!(fault.code, FaultCode::Cancelled);
    assert!(!pad.is_inking() && pad.display().is_none());
    // It is as good as before.
    drop(device);
    assert!(signed(&pad, folder.path(), words(320, 200).1)[0].is_some());
}
