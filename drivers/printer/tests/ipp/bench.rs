//! A printer, a document, a task.

use std::time::Duration;

use driver_contract::{
    Attestation, CollectingContext, DeviceConfig, DeviceEvent, DeviceId, DriverFactory, Fault, JobState,
    JobStatus, OpenDevice, Outcome, PrintParameters, Region, Sides, Task,
};
use driver_printer::ipp::IppFactory;
use ippeve_counterpart::IppEvePrinter;
use tempfile::TempDir;

pub const TITLE: &str = "回执 20261122-0001";

/// A printer of its own with its folder. Says what to install where a program is missing.
pub fn printer() -> (IppEvePrinter, TempDir) {
    let spool = tempfile::tempdir().unwrap();
    let printer = IppEvePrinter::start(spool.path(), 0).unwrap_or_else(|error| panic!("{error}"));
    (printer, spool)
}

/// A one-page A5 PDF with a line of text, with a right cross-reference table.
pub fn pdf() -> Vec<u8> {
    let text = "BT /F1 14 Tf 40 500 Td (receipt) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", number + 1).as_bytes());
    }
    let start = file.len();
    file.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for place in places {
        file.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    let trailer =
        format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    file.extend_from_slice(trailer.as_bytes());
    file
}

pub fn configured(uri: &str) -> DeviceConfig {
    DeviceConfig {
        driver: "ipp".into(),
        path: uri.into(),
        name: Some("柜台打印机".into()),
        maker: None,
        attestation: Attestation::Virtual,
        record: None,
        settings: [("lost_after_ms".to_owned(), serde_json::Value::from(600))].into_iter().collect(),
    }
}

pub fn open(uri: &str) -> Result<Box<dyn OpenDevice>, Fault> {
    IppFactory.open(&DeviceId::new("ipp", uri), &[configured(uri)])
}

pub fn parameters() -> PrintParameters {
    PrintParameters {
        document: Region { offset: 0, length: 0 },
        format: "application/pdf".into(),
        title: TITLE.into(),
        copies: 1,
        media: None,
        sides: Sides::OneSided,
        tray: None,
    }
}

pub fn context() -> CollectingContext {
    CollectingContext::new(Duration::from_secs(30)).with_document(pdf())
}

pub fn print(
    device: &mut dyn OpenDevice,
    parameters: PrintParameters,
    context: &mut CollectingContext,
) -> Result<JobStatus, Fault> {
    match device.run(&Task::Print(parameters), context)? {
        Outcome::Printed(status) => Ok(status),
        other => panic!("{other:?}"),
    }
}

/// Codes of the warnings, and states of the job, in their order.
pub fn told(context: &CollectingContext) -> (Vec<&'static str>, Vec<JobState>) {
    let mut warnings = Vec::new();
    let mut states = Vec::new();
    for event in &context.events {
        match event {
            DeviceEvent::Warning(fault) => warnings.push(fault.code()),
            DeviceEvent::PrintJob(status) => states.push(status.state),
            other => panic!("{other:?}"),
        }
    }
    (warnings, states)
}
