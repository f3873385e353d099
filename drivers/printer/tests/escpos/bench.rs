//! A printer, a slip, a task.

use std::io::Cursor;
use std::time::Duration;

use driver_contract::{
    CollectingContext, DeviceConfig, DeviceId, DriverFactory, Fault, JobStatus, OpenDevice, Outcome,
    PrintParameters, Region, Sides, Task,
};
use image::{GrayImage, ImageFormat};
use serde_json::{Value, json};
use virtual_devices::receipt::VirtualReceiptPrinter;

/// A printer on the network with a head for paper of 80 mm.
pub fn printer() -> VirtualReceiptPrinter {
    VirtualReceiptPrinter::on_tcp(576).unwrap()
}

/// A slip of that many dots and rows without two rows alike beside each other.
pub fn picture(width: u32, height: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| [if (x + y * y) % 31 < 9 { 0 } else { 255 }].into())
}

pub fn configured(driver: &str, path: &str, settings: &Value) -> DeviceConfig {
    let mut all = json!({ "answer_ms": 500, "lost_after_ms": 1500 });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    serde_json::from_value(
        json!({ "driver": driver, "path": path, "attestation": "virtual", "settings": all }),
    )
    .unwrap()
}

pub fn factory(driver: &str) -> Box<dyn DriverFactory> {
    driver_printer::escpos::factories().into_iter().find(|factory| factory.name() == driver).unwrap()
}

pub fn open(driver: &str, path: &str, settings: &Value) -> Result<Box<dyn OpenDevice>, Fault> {
    factory(driver).open(&DeviceId::new(driver, path), &[configured(driver, path, settings)])
}

pub fn context(picture: &GrayImage) -> CollectingContext {
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).unwrap();
    CollectingContext::new(Duration::from_secs(30)).with_document(png.into_inner())
}

pub fn print(
    device: &mut dyn OpenDevice,
    copies: u16,
    context: &mut CollectingContext,
) -> Result<JobStatus, Fault> {
    let task = Task::Print(PrintParameters {
        document: Region { offset: 0, length: 0 },
        format: "image/png".into(),
        title: "回执 20261122-0001".into(),
        copies,
        media: None,
        sides: Sides::OneSided,
        tray: None,
    });
    match device.run(&task, context)? {
        Outcome::Printed(status) => Ok(status),
        other => panic!("{other:?}"),
    }
}
