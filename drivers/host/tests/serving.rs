//! The host's inside, with drivers made for the purpose: pages, panics, cancelling.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use std::os::unix::net::UnixStream;
use std::time::Duration;

use device_host::{HostConfiguration, Line, Service, serve};
use driver_contract::wire::{Answer, FromHost, Request, ToHost, read_frame, write_frame};
use driver_contract::{
    Accessibility, Attestation, Capabilities, ColourMode, Connection, DeviceClass, DeviceConfig, DeviceEvent,
    DeviceId, DeviceInfo, DeviceModel, DriverFactory, Fault, FaultCode, OpenDevice, Outcome, PageHeader,
    PixelFormat, Region, ScanParameters, ScanSource, SharedArea, Task, TaskContext,
};

/// A page of 100 MB: two fit into the shared memory, a third waits.
const PAGE: PageHeader = PageHeader {
    page: 1,
    width: 10_000,
    height: 10_000,
    stride: 10_000,
    dpi: 600,
    format: PixelFormat::Gray8,
};

struct Sheets;

impl DriverFactory for Sheets {
    fn name(&self) -> &'static str {
        "sheets"
    }
    fn class(&self) -> DeviceClass {
        DeviceClass::Scanner
    }
    fn list(&self, _: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault> {
        Ok(vec![info()])
    }
    fn open(&self, _: &DeviceId, _: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault> {
        Ok(Box::new(Feeder(info())))
    }
}

fn info() -> DeviceInfo {
    DeviceInfo {
        id: DeviceId::new("sheets", "0"),
        class: DeviceClass::Scanner,
        name: "纸".into(),
        maker: String::new(),
        connection: Connection::System { name: "sheets".into() },
        accessibility: Accessibility::Accessible,
        attestation: Attestation::Virtual,
        capabilities: Capabilities::Unknown,
        model: DeviceModel::default(),
    }
}

struct Feeder(DeviceInfo);

impl OpenDevice for Feeder {
    fn info(&self) -> &DeviceInfo {
        &self.0
    }
    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let Task::Scan(parameters) = task else { panic!("a driver's mistake") };
        let pages = parameters.max_pages.unwrap();
        for page in 1..=pages {
            let header = PageHeader { page, ..PAGE };
            let shade = u8::try_from(page).unwrap();
            context.page(&header, &vec![shade; 100_000_000])?;
        }
        Ok(Outcome::Scanned { pages, feeder_empty: true })
    }
}

struct Terminal {
    control: UnixStream,
    area: SharedArea,
    host: Option<std::thread::JoinHandle<()>>,
    _locks: tempfile::TempDir,
}

impl Terminal {
    fn start() -> Self {
        let (control, theirs) = UnixStream::pair().unwrap();
        control.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let area = SharedArea::create().unwrap();
        let line = Line { control: theirs, area: SharedArea::inherited(area.duplicate().unwrap()).unwrap() };
        let locks = tempfile::tempdir().unwrap();
        let folder = locks.path().to_owned();
        let host = std::thread::spawn(move || {
            let service = Service {
                class: DeviceClass::Scanner,
                factories: vec![Box::new(Sheets)],
                unusable: None,
                profile: "柜台一".to_owned(),
                lock_dir: folder,
                record: None,
            };
            serve(line, service, &HostConfiguration::default()).unwrap();
        });
        let mut terminal = Self { control, area, host: Some(host), _locks: locks };
        assert!(matches!(terminal.receive(), FromHost::Hello { .. }));
        terminal
    }

    fn send(&mut self, message: &ToHost) {
        write_frame(&mut self.control, message).unwrap();
    }

    fn run(&mut self, id: u64, task: Task) {
        let request = Request::Run { device: info().id, task, nonce: "n".into() };
        self.send(&ToHost::Request { id, deadline_ms: 20_000, request });
        assert!(matches!(self.receive(), FromHost::Event { event: DeviceEvent::Started, .. }));
    }

    fn receive(&mut self) -> FromHost {
        read_frame(&mut self.control).unwrap().expect("the host lives")
    }

    fn page(&mut self) -> (u32, Region) {
        match self.receive() {
            FromHost::Event { event: DeviceEvent::Page { header, region, .. }, .. } => (header.page, region),
            other => panic!("{other:?}"),
        }
    }

    fn says_nothing_else(&mut self) {
        self.send(&ToHost::Ping { id: 99 });
        assert!(matches!(self.receive(), FromHost::Pong { id: 99, .. }));
    }

    fn check(&self, page: u32, region: Region) {
        let shade = u8::try_from(page).unwrap();
        for offset in [0, 50_000_000, 99_999_999] {
            let byte = Region { offset: region.offset + offset, length: 1 };
            assert_eq!(self.area.read(byte).unwrap(), [shade], "page {page} at {offset}");
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = write_frame(&mut self.control, &ToHost::Shutdown);
        if let Some(host) = self.host.take() {
            host.join().unwrap();
        }
    }
}

fn scan(pages: u32) -> Task {
    Task::Scan(ScanParameters {
        source: ScanSource::Feeder,
        mode: ColourMode::Gray,
        dpi: 600,
        area: None,
        max_pages: Some(pages),
    })
}

#[test]
fn a_scanner_never_runs_ahead_of_its_reader() {
    let mut terminal = Terminal::start();
    terminal.run(1, scan(4));
    let first = terminal.page();
    let second = terminal.page();
    terminal.says_nothing_else();
    // The third page waits and has spoilt neither of the two.
    terminal.check(1, first.1);
    terminal.check(2, second.1);
    terminal.send(&ToHost::Release { region: first.1 });
    let third = terminal.page();
    assert_eq!((third.0, third.1.offset), (3, first.1.offset));
    terminal.check(2, second.1);
    terminal.check(3, third.1);
    terminal.send(&ToHost::Release { region: second.1 });
    terminal.send(&ToHost::Release { region: third.1 });
    assert_eq!(terminal.page().0, 4);
    let end = terminal.receive();
    let outcome = Outcome::Scanned { pages: 4, feeder_empty: true };
    assert_eq!(end, FromHost::Answer { id: 1, result: Ok(Answer::Done(outcome)) });
}

#[test]
fn a_scan_that_waits_for_its_reader_can_be_cancelled() {
    let mut terminal = Terminal::start();
    terminal.run(1, scan(4));
    terminal.page();
    terminal.page();
    terminal.says_nothing_else();
    terminal.send(&ToHost::Cancel { id: 1 });
    let FromHost::Answer { id: 1, result: Err(fault) } = terminal.receive() else { panic!("no end") };
    assert_eq!(fault.code, FaultCode::Cancelled);
}

#[test]
fn a_panic_in_a_driver_is_a_fault_and_the_device_works_on() {
    let mut terminal = Terminal::start();
    terminal.run(1, Task::CheckState);
    let FromHost::Answer { id: 1, result: Err(fault) } = terminal.receive() else { panic!("no end") };
    assert_eq!(fault.code, FaultCode::DriverFailed);
    terminal.run(2, scan(1));
    assert_eq!(terminal.page().0, 1);
    assert!(matches!(terminal.receive(), FromHost::Answer { id: 2, result: Ok(_) }));
}
