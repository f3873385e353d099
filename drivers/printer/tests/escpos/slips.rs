//! Slips that come out.

use driver_contract::{Accessibility, Capabilities, Connection, FaultCode, JobState};
use serde_json::json;
use virtual_devices::receipt::VirtualReceiptPrinter;

use crate::bench::{configured, context, factory, open, picture, print, printer};

#[test]
fn each_copy_is_a_slip_of_its_own() {
    let printer = printer();
    let mut device = open("escpos-tcp", &printer.address(), &json!({})).unwrap();
    let slip = picture(576, 100);
    let status = print(device.as_mut(), 3, &mut context(&slip)).unwrap();
    assert_eq!((status.state, status.pages_done), (JobState::Completed, Some(3)));
    let slips = printer.slips();
    assert_eq!(slips.len(), 3);
    assert!(slips.iter().all(|one| one.picture() == slip));
    assert_eq!((printer.drawer_pulses(), printer.strange_commands()), (0, 0));
}

#[test]
fn every_length_comes_out_whole() {
    // Shorter than a band, a band, one row more, and as many bands as a buffer never holds.
    let printer = printer();
    let mut device = open("escpos-tcp", &printer.address(), &json!({})).unwrap();
    for height in [1, 23, 24, 25, 48, 1500] {
        let slip = picture(576, height);
        print(device.as_mut(), 1, &mut context(&slip)).unwrap();
        assert!(printer.slips().last().unwrap().picture() == slip, "{height} rows");
    }
}

#[test]
fn a_narrow_head_gets_narrow_slips() {
    let printer = VirtualReceiptPrinter::on_tcp(384).unwrap();
    let mut device = open("escpos-tcp", &printer.address(), &json!({ "dots": 384 })).unwrap();
    let slip = picture(384, 60);
    print(device.as_mut(), 1, &mut context(&slip)).unwrap();
    assert!(printer.slips()[0].picture() == slip);
    // What was set for 576 dots is made smaller, not cut off.
    print(device.as_mut(), 1, &mut context(&picture(576, 90))).unwrap();
    assert_eq!(printer.slips()[1].height(), 60);
}

#[test]
fn a_printer_without_a_knife_feeds_the_slip_out() {
    let printer = printer();
    let mut device = open("escpos-tcp", &printer.address(), &json!({ "cut": "none" })).unwrap();
    let slip = picture(576, 40);
    print(device.as_mut(), 1, &mut context(&slip)).unwrap();
    assert!(printer.slips().is_empty());
    let hanging = printer.hanging();
    assert!(hanging.picture() == slip);
    assert!(hanging.fed >= 120, "moved past the tear bar: {}", hanging.fed);
}

#[test]
fn the_same_on_a_serial_line_and_on_a_node() {
    // A pseudo terminal stands for both; a tty is told its rate, a node nothing.
    for driver in ["escpos-serial", "escpos-usb"] {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("lp0");
        let printer = VirtualReceiptPrinter::on_tty(&link, 576).unwrap();
        let mut device = open(driver, &printer.address(), &json!({})).unwrap();
        let slip = picture(576, 200);
        let status = print(device.as_mut(), 1, &mut context(&slip)).unwrap();
        assert_eq!(status.state, JobState::Completed, "{driver}");
        assert!(printer.slips()[0].picture() == slip, "{driver}");
        printer.unplug();
        let fault = print(device.as_mut(), 1, &mut context(&slip)).unwrap_err();
        assert_eq!(fault.code, FaultCode::NotFound, "{driver}");
        printer.plug().unwrap();
        print(device.as_mut(), 1, &mut context(&slip)).unwrap();
    }
}

#[test]
fn a_file_is_no_node() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lp0");
    std::fs::write(&file, b"").unwrap();
    let fault = open("escpos-usb", file.to_str().unwrap(), &json!({})).map(|_| ()).unwrap_err();
    assert_eq!(fault.code, FaultCode::BadConfiguration);
    assert_eq!(std::fs::read(&file).unwrap(), b"");
}

#[test]
fn listing_says_what_it_takes_and_sends_nothing() {
    let printer = printer();
    let entry = configured("escpos-tcp", &printer.address(), &json!({}));
    let listed = factory("escpos-tcp").list(std::slice::from_ref(&entry)).unwrap().remove(0);
    assert_eq!(listed.accessibility, Accessibility::Accessible);
    assert_eq!(listed.connection, Connection::Network { address: printer.address() });
    let Capabilities::Printer { formats, media, duplex, colour } = listed.capabilities else { panic!() };
    assert_eq!((formats, media), (vec!["image/png".to_owned()], vec!["roll_max_72x2000mm".to_owned()]));
    assert!(!duplex && !colour);
    printer.unplug();
    let listed = factory("escpos-tcp").list(&[entry]).unwrap().remove(0);
    assert_eq!(listed.accessibility, Accessibility::Absent);
    assert_eq!(printer.bytes_taken(), 0);
    // Nothing is looked for that is not configured.
    assert!(
        ["escpos-tcp", "escpos-serial", "escpos-usb"]
            .iter()
            .all(|name| factory(name).list(&[]).unwrap().is_empty())
    );
}
