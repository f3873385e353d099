use super::*;
use proptest::prelude::*;

fn picture(number: u32, quality: u8) -> FingerPicture {
    FingerPicture { sm3: format!("{number:064x}"), quality: Some(quality) }
}

fn nobody_knows(_: &str, _: &str) -> Comparison {
    Comparison::Unknown
}

fn asked(capture: &FingerCapture) -> (Finger, u8) {
    match capture.next() {
        FingerStep::Capture { finger, image, .. } => (finger, image),
        other => panic!("{other:?}"),
    }
}

#[test]
fn right_thumb_three_times_then_left_thumb_three_times() {
    let mut capture = FingerCapture::new(FingerRule::default());
    let mut order = Vec::new();
    for number in 0..6 {
        order.push(asked(&capture));
        assert_eq!(capture.take(picture(number, 60), nobody_knows), Ok(Judged::Taken));
    }
    use Finger::{LeftThumb, RightThumb};
    let expected = [RightThumb, RightThumb, RightThumb, LeftThumb, LeftThumb, LeftThumb];
    assert_eq!(order.iter().map(|(finger, _)| *finger).collect::<Vec<_>>(), expected);
    assert_eq!(order.iter().map(|(_, image)| *image).collect::<Vec<_>>(), [1, 2, 3, 1, 2, 3]);
    assert_eq!(capture.next(), FingerStep::Complete);
    assert_eq!(capture.take(picture(9, 90), nobody_knows), Err(FingerRefusal::NotNow));
}

#[test]
fn the_threshold_itself_is_good_enough() {
    let mut capture = FingerCapture::new(FingerRule::default());
    assert_eq!(capture.take(picture(1, 59), nobody_knows), Ok(Judged::Weak));
    assert_eq!(capture.take(picture(2, 60), nobody_knows), Ok(Judged::Taken));
    // What nobody can judge is taken, and says so by having no quality.
    let unjudged = FingerPicture { sm3: "ab".into(), quality: None };
    assert_eq!(capture.take(unjudged, nobody_knows), Ok(Judged::Taken));
}

#[test]
fn after_three_tries_the_best_is_kept_for_a_reason() {
    let mut capture = FingerCapture::new(FingerRule::default());
    assert_eq!(capture.keep_best(WeakReason::Worn), Err(FingerRefusal::NothingToSettle));
    for (number, quality) in [(1, 20), (2, 45), (3, 45)] {
        assert_eq!(capture.take(picture(number, quality), nobody_knows), Ok(Judged::Weak));
    }
    assert_eq!(capture.next(), FingerStep::Settle { finger: Finger::RightThumb, image: 1, best: 45 });
    assert_eq!(capture.take(picture(4, 90), nobody_knows), Err(FingerRefusal::NotNow));
    capture.keep_best(WeakReason::Worn).unwrap();
    assert_eq!(capture.taken()[0].picture, picture(2, 45), "the first of equals");
    assert_eq!(capture.taken()[0].weak, Some(WeakReason::Worn));
    assert_eq!(asked(&capture), (Finger::RightThumb, 2));
}

#[test]
fn substitutes_come_in_order_of_the_hand_and_then_from_the_other() {
    let mut capture = FingerCapture::new(FingerRule { images: 1, ..FingerRule::default() });
    for finger in RIGHT {
        assert_eq!(asked(&capture).0, finger);
        capture.put_aside(finger, FingerReason::Missing).unwrap();
    }
    assert_eq!(asked(&capture).0, Finger::LeftThumb);
    capture.take(picture(1, 80), nobody_knows).unwrap();
    assert_eq!(asked(&capture).0, Finger::LeftIndex);
    assert_eq!(
        capture.put_aside(Finger::LeftThumb, FingerReason::Injured),
        Err(FingerRefusal::AnotherFinger),
        "its pictures are there"
    );
    for finger in [Finger::LeftIndex, Finger::LeftMiddle, Finger::LeftRing, Finger::LeftLittle] {
        capture.put_aside(finger, FingerReason::Injured).unwrap();
    }
    assert_eq!(capture.next(), FingerStep::NoFingerLeft { fingers: 1 });
}

#[test]
fn a_finger_that_was_captured_already_is_noticed() {
    let mut capture = FingerCapture::new(FingerRule { images: 1, ..FingerRule::default() });
    capture.take(picture(1, 80), nobody_knows).unwrap();
    assert_eq!(capture.take(picture(1, 80), nobody_knows), Err(FingerRefusal::SamePicture));
    let same = |_: &str, _: &str| Comparison::Same;
    assert_eq!(capture.take(picture(2, 80), same), Err(FingerRefusal::SameFinger(Finger::RightThumb)));
    assert_eq!(capture.next(), FingerStep::Capture { finger: Finger::LeftThumb, image: 1, attempt: 1 });
    capture.take(picture(3, 80), |_, _| Comparison::Different).unwrap();
    assert_eq!(capture.next(), FingerStep::Complete);
}

#[test]
fn pictures_of_the_same_finger_are_not_held_against_each_other() {
    let mut capture = FingerCapture::new(FingerRule::default());
    let same = |_: &str, _: &str| Comparison::Same;
    for number in 0..3 {
        assert_eq!(capture.take(picture(number, 80), same), Ok(Judged::Taken));
    }
}

#[derive(Debug, Clone)]
enum Act {
    Take(u32, Option<u8>, u8),
    Keep,
    Aside(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (0_u32..400, proptest::option::of(0_u8..=100), 0_u8..3).prop_map(|(n, q, c)| Act::Take(n, q, c)),
        1 => Just(Act::Keep),
        1 => (0_usize..10).prop_map(Act::Aside),
    ];
    proptest::collection::vec(act, 0..120)
}

proptest! {
    /// Whatever is done in whatever order: what was taken keeps the rule, and the capture comes to an end.
    #[test]
    fn every_capture_keeps_the_rule(
        acts in acts(), fingers in 0_u8..5, images in 0_u8..5, quality in 0_u8..=100, tries in 0_u8..5,
    ) {
        let rule = FingerRule { fingers, images, quality, tries };
        let mut capture = FingerCapture::new(rule);
        let all: Vec<Finger> = RIGHT.into_iter().chain(LEFT).collect();
        for act in acts {
            let before = capture.clone();
            let refused = match act {
                Act::Take(number, quality, compared) => {
                    let picture = FingerPicture { sm3: format!("{number:064x}"), quality };
                    let answer = [Comparison::Same, Comparison::Different, Comparison::Unknown];
                    capture.take(picture, |_, _| answer[usize::from(compared)]).is_err()
                }
                Act::Keep => capture.keep_best(WeakReason::Skin).is_err(),
                Act::Aside(place) => capture.put_aside(all[place], FingerReason::Injured).is_err(),
            };
            prop_assert!(!refused || capture == before, "a refusal changes nothing");
            for taken in capture.taken() {
                prop_assert_eq!(rule.is_good(taken.picture.quality), taken.weak.is_none());
                prop_assert!(!capture.set_aside().contains_key(&taken.finger));
                prop_assert!((1..=images).contains(&taken.image));
            }
            let mut names: Vec<&str> = capture.taken().iter().map(|taken| taken.picture.sm3.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            prop_assert_eq!(names.len(), capture.taken().len());
            prop_assert!(capture.taken().len() <= usize::from(fingers) * usize::from(images));
            if let FingerStep::Capture { attempt, .. } = capture.next() {
                prop_assert!(attempt <= tries.max(1));
            }
        }
        // From anywhere, good pictures end it.
        for number in 1000..1100 {
            match capture.next() {
                FingerStep::Capture { .. } => {
                    capture.take(picture(number, 100), nobody_knows).unwrap();
                }
                FingerStep::Settle { .. } => capture.keep_best(WeakReason::Age).unwrap(),
                FingerStep::Complete | FingerStep::NoFingerLeft { .. } => break,
            }
        }
        let ended = matches!(capture.next(), FingerStep::Complete | FingerStep::NoFingerLeft { .. });
        prop_assert!(ended);
        let said = |taken: &[TakenPicture]| FingerCapture::check(rule, capture.set_aside().clone(), taken);
        prop_assert_eq!(said(capture.taken()), Ok(()), "what a capture gives is believed");
        if let Some((_, fewer)) = capture.taken().split_last() {
            prop_assert_eq!(said(fewer), Err(FingerRefusal::Incomplete));
            let mut twice = capture.taken().to_vec();
            twice.push(twice[0].clone());
            prop_assert_eq!(said(&twice), Err(FingerRefusal::SamePicture));
            let mut turned = capture.taken().to_vec();
            turned[0].weak = if turned[0].weak.is_some() { None } else { Some(WeakReason::Worn) };
            prop_assert_eq!(said(&turned), Err(FingerRefusal::Incomplete), "weak ones have a reason, good ones none");
        }
        let kept: FingerCapture = serde_json::from_str(&serde_json::to_string(&capture).unwrap()).unwrap();
        prop_assert_eq!(kept, capture);
    }
}
