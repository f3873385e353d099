//! The station: everything but its windows.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::json;

use crate::child::{Child, Program};
use crate::place::{Parts, Place};
use crate::window::windows;
use virtual_devices::rehearsal::{KEY_FOLDER, SCANNER_ADDRESS, TrainingCard};

/// The virtual key, as its drivers load it; it lies with the programs.
const KEY_LIBRARY: &str = "libskf_virtual.so";
/// Standard addresses of a demo station: enough to try the search, few enough to be here in seconds.
const ADDRESSES: usize = 20_000;
/// The first start makes a hundred thousand invented people.
const REGISTER_LIMIT: Duration = Duration::from_secs(180);
/// Every other program is ready in a moment; a busy PC needs longer.
const START_LIMIT: Duration = Duration::from_secs(60);

/// SANE's training scanner with an A4 bed and a grid on it; its own defaults are smaller than a page, and black.
const TRAINING_SCANNER: &str = "number_of_devices 1\ntest-picture \"Grid\"\n\
    geometry_min 0.0\ngeometry_max 297.0\ngeometry_quant 0.1\n\
    resolution_min 50.0\nresolution_max 600.0\nresolution_quant 1.0\nresolution 150.0\nbr_x 210\nbr_y 297\n";

#[derive(Deserialize)]
struct Clients {
    client: Vec<RegisterClient>,
}

#[derive(Deserialize)]
struct RegisterClient {
    token: String,
}

/// Which virtual devices stand on the counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Reader, scanner, printer.
    Usual,
    /// Everything that can be made of software, with a panel for what it should do and do wrong.
    Training,
}

/// A running station. Dropping it ends everything that it started.
#[derive(Debug)]
pub struct Station {
    /// Where it is.
    pub place: Place,
    /// Address of the server.
    pub server: String,
    /// Why it has no printer of sheets, at a training counter that goes on without.
    pub without_printer: Option<String>,
    parts: Parts,
    register: String,
    counter: Counter,
    process: Option<Child>,
    /// Everything but the server, in the order in which they are ended.
    children: Vec<Child>,
}

impl Station {
    /// Starts register, virtual devices, printer and server.
    ///
    /// # Errors
    /// A program does not start.
    pub fn start(place: Place, parts: &Parts) -> anyhow::Result<Self> {
        Self::start_with(place, parts, Counter::Usual)
    }

    /// Starts a station with a choice of virtual devices.
    ///
    /// # Errors
    /// A program does not start.
    pub fn start_with(place: Place, parts: &Parts, counter: Counter) -> anyhow::Result<Self> {
        let server = format!("http://127.0.0.1:{}", place.ports.server);
        let register = format!("http://127.0.0.1:{}", place.ports.register);
        let parts = parts.clone();
        let mut station = Self {
            place,
            server,
            without_printer: None,
            parts,
            register,
            counter,
            process: None,
            children: Vec::new(),
        };
        station.start_register()?;
        station.start_reader()?;
        let printer = match station.start_printer() {
            Ok(address) => Some(address),
            // Everything else is rehearsed all the same; where the station is to be proved, it stands or falls whole.
            Err(error) if station.counter == Counter::Training => {
                station.without_printer = Some(format!("{error:#}"));
                None
            }
            Err(error) => return Err(error),
        };
        station.write_devices(printer.as_deref())?;
        station.plug_network()?;
        Ok(station)
    }

    fn program(&self, name: &str) -> anyhow::Result<Program> {
        Program::new(name, &self.parts.programs.join(name), &self.place.logs())
    }

    fn keep(&mut self, child: Child) {
        self.children.insert(0, child);
    }

    fn start_register(&mut self) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.parts.population)?;
        let address = format!("127.0.0.1:{}", self.place.ports.register);
        let (child, _) = self
            .program("changkou")?
            .option("--listen", &address)
            .option("--data", self.place.register())
            .option("--cache", &self.parts.population)
            .option("--demo", self.parts.assets.join("demo/people.toml"))
            .option("--clients", self.parts.assets.join("demo/register-clients.toml"))
            .arg("--exit-with-stdin")
            .start(REGISTER_LIMIT)?;
        self.keep(child);
        Ok(())
    }

    fn start_reader(&mut self) -> anyhow::Result<()> {
        let mut program = self
            .program("virtual-devices")?
            .option("--reader", self.place.reader())
            .option("--control", self.place.reader_control())
            // As slow as a real line.
            .option("--baud", "115200")
            .arg("--until-stdin-ends");
        if self.counter == Counter::Training {
            let today = jiff::Zoned::now().date();
            let cards = crate::card::cards(&self.parts.assets.join("demo/people.toml"), today)?;
            let cards: Vec<TrainingCard> =
                cards.into_iter().map(|one| TrainingCard { key: one.key, card: one.card }).collect();
            std::fs::create_dir_all(self.place.devices())?;
            std::fs::write(self.place.training_cards(), serde_json::to_vec(&cards)?)?;
            program = program
                .option("--training", self.place.devices())
                .option("--cards", self.place.training_cards());
        }
        let (child, _) = program.start(START_LIMIT)?;
        self.keep(child);
        Ok(())
    }

    fn start_printer(&mut self) -> anyhow::Result<String> {
        let (child, address) = self
            .program("ippeve")?
            .option("--spool", self.place.spool())
            .option("--port", self.place.ports.printer.to_string())
            .option("--name", "演示打印机")
            .start(START_LIMIT)?;
        self.keep(child);
        Ok(address)
    }

    /// The same devices for all windows: what one of them holds, the others show as busy. Only the counter waits
    /// for cards; another window that did would keep the reader from it.
    fn write_devices(&self, printer: Option<&str>) -> anyhow::Result<()> {
        let settings = self.place.scanner_settings();
        std::fs::create_dir_all(&settings)?;
        // SANE's own training scanner and nothing else: no network is searched, no USB device touched. The training
        // counter has a scanner of its own, which can go wrong.
        let back_ends = if self.counter == Counter::Training { "" } else { "test\n" };
        std::fs::write(settings.join("dll.conf"), back_ends)?;
        std::fs::write(settings.join("test.conf"), TRAINING_SCANNER)?;
        let device = |driver: &str, path: &str, name: &str| json!([{ "driver": driver, "path": path, "name": name, "attestation": "virtual" }]);
        let reader = self.place.reader();
        let mut list = json!({
            "sane_config": settings,
            "classes": {
                "id_card_reader": device("samv-serial", &reader.to_string_lossy(), "读卡器（演示）"),
                "scanner": device("sane", "test:0", "扫描仪（演示）"),
                "printer": printer.map_or_else(|| json!([]), |address| device("ipp", address, "打印机（演示）")),
            },
        });
        if self.counter == Counter::Training {
            list["rehearsal"] = json!(self.place.reader_control());
            list["virtual_finger"] = json!(self.place.devices().join("finger"));
            list["virtual_ukey"] = json!(self.place.devices().join(KEY_FOLDER));
            let made = |driver: &str, file: &str, name: &str, settings: serde_json::Value| {
                let path = self.place.devices().join(file);
                json!([{ "driver": driver, "path": path, "name": name, "attestation": "virtual", "settings": settings }])
            };
            let classes = &mut list["classes"];
            let model = |name: &str| json!({ "model": name });
            classes["signature_pad"] =
                made("signature-frames", "signature-pad", "签字板（演示）", model("signature-frames"));
            classes["evaluation_pad"] =
                made("evaluation-frames", "evaluation-pad", "评价器（演示）", model("evaluation-serial"));
            classes["code_scanner"] = made("code-serial", "code-scanner", "扫码枪（演示）", json!({}));
            classes["queue_caller"] =
                made("caller-frames", "queue-sign", "叫号器（演示）", model("caller-sign"));
            let scanner = std::fs::read_to_string(self.place.devices().join(SCANNER_ADDRESS))?;
            classes["scanner"] = device("escl", scanner.trim(), "扫描仪（演示）");
            let slips = made("escpos-serial", "slip-printer", "小票打印机（演示）", json!({}))[0].clone();
            if let Some(printers) = classes["printer"].as_array_mut() {
                printers.push(slips);
            }
            classes["fingerprint"] = device("libfprint", "virtual_image", "指纹采集器（演示）");
            let library = self.parts.programs.join(KEY_LIBRARY);
            classes["ukey"] = device("skf", &library.to_string_lossy(), "密码钥匙（演示）");
            classes["camera"] = made("camera-stream", "camera", "照相机（演示）", json!({}));
            classes["document_camera"] =
                made("document-stream", "document-camera", "高拍仪（演示）", json!({}));
        }
        for window in windows(&self.parts.assets)? {
            list["watch_cards"] = json!(window.at_counter());
            std::fs::write(self.place.device_list(&window.name), serde_json::to_vec_pretty(&list)?)?;
        }
        Ok(())
    }

    /// Starts the server, at the address where it was before.
    ///
    /// # Errors
    /// It does not start.
    pub fn plug_network(&mut self) -> anyhow::Result<()> {
        write_token(&self.parts.assets, &self.place.register_token())?;
        let (child, _) =
            Program::new("server", &self.parts.programs.join("window-server"), &self.place.logs())?
                .arg("serve")
                .option("--data", self.place.server())
                .option("--assets", &self.parts.assets)
                .option("--register", &self.register)
                .option("--register-token-file", self.place.register_token())
                .option("--listen", format!("127.0.0.1:{}", self.place.ports.server))
                .arg("--exit-with-stdin")
                .start(START_LIMIT)?;
        self.process = Some(child);
        Ok(())
    }

    /// Ends the server: for the windows the network is gone.
    pub fn pull_network(&mut self) {
        self.process = None;
    }

    /// Loads units, officers and passwords, and gives new one-time codes for the windows.
    ///
    /// # Errors
    /// The server's program fails.
    pub fn prepare(place: &Place, parts: &Parts) -> anyhow::Result<()> {
        write_token(&parts.assets, &place.register_token())?;
        Program::new("prepare-demo", &parts.programs.join("window-server"), &place.logs())?
            .arg("prepare-demo")
            .option("--data", place.server())
            .option("--assets", &parts.assets)
            .option("--codes", place.codes())
            .run()?;
        Self::publish_addresses(place, parts, ADDRESSES)
    }

    /// Publishes invented standard addresses of the demo city.
    ///
    /// # Errors
    /// The file cannot be written, or the server's program fails.
    pub fn publish_addresses(place: &Place, parts: &Parts, rows: usize) -> anyhow::Result<()> {
        let path = place.addresses();
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
        crate::addresses::write(&parts.assets, rows, crate::addresses::SEED, &mut file)?;
        file.into_inner()?.sync_data()?;
        Program::new("import-addresses", &parts.programs.join("window-server"), &place.logs())?
            .arg("import-addresses")
            .option("--data", place.server())
            .option("--assets", &parts.assets)
            .option("--title", "江城市标准地址（演示）")
            .option("--source", "虚构，由演示程序按固定种子生成")
            .option("--day", "2026-11-22")
            .arg(path)
            .run()
    }

    /// The name of the first program that has ended.
    pub fn ended(&mut self) -> Option<String> {
        self.children
            .iter_mut()
            .find_map(|child| child.has_ended().then(|| format!("{}: {}", child.name, child.said())))
    }
}

fn write_token(assets: &Path, file: &Path) -> anyhow::Result<()> {
    let clients = assets.join("demo/register-clients.toml");
    let text = std::fs::read_to_string(&clients).with_context(|| format!("reading {}", clients.display()))?;
    let clients: Clients = toml::from_str(&text)?;
    let client = clients.client.first().context("the register knows no client")?;
    crate::place::write_private(file, client.token.as_bytes())
}
