//! A whole station for one test.

use demo::card::{DemoCard, cards};
use ippeve_counterpart::IppEvePrinter;
use serde_json::{Value, json};
use server::{RegisterSettings, Settings};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use terminal::Terminal;
use terminal::rpc::WindowRole;
use tokio::runtime::Runtime;
use virtual_devices::samv::{ReaderOptions, VirtualReader};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Where the programs of this build lie.
pub fn programs() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    for program in ["device-host", "paper-worker"] {
        assert!(
            folder.join(program).exists(),
            "{program} is not built: run `cargo build --workspace --all-targets` first"
        );
    }
    folder
}

pub struct Station {
    pub folder: TempDir,
    pub reader: VirtualReader,
    pub printer: IppEvePrinter,
    pub cards: BTreeMap<String, DemoCard>,
    pub runtime: Runtime,
    server: Option<server::Running>,
    server_settings: Settings,
    assets: PathBuf,
    codes: BTreeMap<String, String>,
    register: Register,
}

/// Where the register answers: its clients, and whoever orders its faults.
struct Register {
    clients: SocketAddr,
    admin: SocketAddr,
}

/// What lies on the glass of the scanner.
#[derive(Debug, Clone, Copy)]
pub enum Glass {
    /// The picture of SANE's own test back-end.
    TestPicture,
    /// What the file `glass.ppm` in the station's folder shows, through SANE's `pnm` back-end.
    File,
}

/// The register holds the demo people and a small invented population: a story needs no more.
const PERSONS: usize = 2_000;
const CLIENT: &str = "demo-register-999900";
const ADMIN: &str = "admin";

impl Station {
    pub fn start() -> Self {
        Self::start_with(root().join("assets"), Glass::TestPicture)
    }

    pub fn start_with(assets: PathBuf, glass: Glass) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let register = start_register(&runtime, folder.path(), &assets);
        let reader = VirtualReader::start(ReaderOptions {
            link: Some(folder.path().join("reader")),
            ..ReaderOptions::default()
        })
        .unwrap();
        let spool = folder.path().join("spool");
        std::fs::create_dir_all(&spool).unwrap();
        let printer = IppEvePrinter::start(&spool, 0).unwrap();
        let today = jiff::Zoned::now().date();
        let cards = cards(&assets.join("demo/people.toml"), today)
            .unwrap()
            .into_iter()
            .map(|card| (card.key.clone(), card))
            .collect();
        let sane = folder.path().join("sane");
        std::fs::create_dir_all(&sane).unwrap();
        let back_end = match glass {
            Glass::TestPicture => "test\n",
            Glass::File => "pnm\n",
        };
        std::fs::write(sane.join("dll.conf"), back_end).unwrap();
        std::fs::write(
            sane.join("test.conf"),
            "geometry_min 0.0\ngeometry_max 420.0\ngeometry_quant 0.1\nresolution_max 1200.0\nbr_x 210\nbr_y 297\n",
        )
        .unwrap();
        let device = |driver: &str, path: &str, name: &str| json!([{ "driver": driver, "path": path, "name": name, "attestation": "virtual" }]);
        let scanner = match glass {
            Glass::TestPicture => device("sane", "test:0", "扫描仪"),
            Glass::File => {
                let mut scanner = device("sane", "pnm:0", "扫描仪");
                scanner[0]["settings"] =
                    json!({ "options": { "filename": folder.path().join("glass.ppm") } });
                scanner
            }
        };
        let devices = json!({
            "sane_config": sane,
            "classes": {
                "id_card_reader": device("samv-serial", &folder.path().join("reader").to_string_lossy(), "读卡器"),
                "scanner": scanner,
                "printer": device("ipp", &printer.uri(), "打印机"),
            },
        });
        for (window, watches) in [("柜台一", true), ("所长室", false)] {
            let mut devices = devices.clone();
            devices["watch_cards"] = json!(watches);
            std::fs::write(folder.path().join(format!("{window}.json")), devices.to_string()).unwrap();
        }
        let mut server_settings = Settings {
            assets: Some(assets.clone()),
            register: Some(RegisterSettings {
                url: format!("http://{}", register.clients),
                token: CLIENT.to_owned(),
                timeout: Duration::from_secs(10),
            }),
            ..Settings::in_folder(folder.path().join("server"))
        };
        std::fs::create_dir_all(&server_settings.data).unwrap();
        // Log-ins must not dominate the tests; the product's own number stays as it is.
        server_settings.policy.password_iterations = 1_000;
        let codes = runtime
            .block_on(server::prepare_demo(&server_settings))
            .unwrap()
            .enrolment
            .into_iter()
            .map(|one| (one.window, one.code))
            .collect();
        let running = runtime.block_on(server::start(server_settings.clone())).unwrap();
        server_settings.listen = running.addr;
        let server = Some(running);
        Self { folder, reader, printer, cards, runtime, server, server_settings, assets, codes, register }
    }

    /// The folder of the server.
    pub fn server_data(&self) -> &Path {
        &self.server_settings.data
    }

    /// Where the server answers.
    pub fn server_address(&self) -> SocketAddr {
        self.server_settings.listen
    }

    /// Proves everything that the server stored, which must be stopped.
    pub fn check_server(&self) -> server::check::Report {
        assert!(self.server.is_none(), "pull the network first");
        let mut settings = self.server_settings.clone();
        settings.assets = None;
        self.runtime.block_on(server::check_store(&settings)).unwrap()
    }

    /// Publishes a folder of definitions as the console does, beside the running server.
    pub fn publish(&self, assets: &Path, remark: &str) -> String {
        let published = server::definitions::publish_folder(&self.server_settings, assets, "A0001", remark);
        self.runtime.block_on(published).unwrap()
    }

    /// Publishes a file of standard addresses as the console does, beside the running server; how many.
    pub fn publish_addresses(&self, file: &Path) -> u32 {
        let words = server::AddressWords {
            title: "江城市标准地址（演示）".into(),
            source: "虚构".into(),
            day: "2026-11-22".into(),
        };
        self.runtime.block_on(server::import_addresses(&self.server_settings, file, &words)).unwrap()
    }

    /// Rolls the definitions back as the console does.
    pub fn roll_back(&self, number: u64) -> String {
        let rolled = server::definitions::roll_back_to(&self.server_settings, number, "A0001", "");
        self.runtime.block_on(rolled).unwrap()
    }

    /// Pulls the network: the server is gone.
    /// Puts the demo people of the station's assets in force anew: an officer may have come or gone.
    pub fn renew_roster(&self) {
        self.runtime.block_on(server::prepare_demo(&self.server_settings)).unwrap();
    }

    pub fn pull_network(&mut self) {
        let server = self.server.take().unwrap();
        self.runtime.block_on(server.stop());
    }

    /// Plugs the network back.
    pub fn plug_network(&mut self) {
        self.server = Some(self.runtime.block_on(server::start(self.server_settings.clone())).unwrap());
    }

    /// A terminal by its window, enrolled through the real interface at its first start.
    pub fn terminal(&self, window: &str) -> Arc<Terminal> {
        self.terminal_through(window, self.server_settings.listen)
    }

    /// The same behind a line of the test's own.
    pub fn terminal_through(&self, window: &str, server: SocketAddr) -> Arc<Terminal> {
        self.terminal_by(window, server, Arc::new(terminal::PcClocks))
    }

    /// The folder of a terminal.
    pub fn data_of(&self, window: &str) -> PathBuf {
        self.folder.path().join(window)
    }

    /// As [`Self::terminal_through`], by clocks of the test's own.
    pub fn terminal_by(
        &self,
        window: &str,
        server: SocketAddr,
        clocks: Arc<dyn terminal::TimeSource>,
    ) -> Arc<Terminal> {
        let data = self.data_of(window);
        let settings = terminal::Settings {
            profile: window.to_owned(),
            data: data.clone(),
            runtime: self.folder.path().join("locks"),
            assets: self.assets.clone(),
            server: None,
            devices: self.folder.path().join(format!("{window}.json")),
            programs: programs(),
            demo: true,
        };
        let terminal = Terminal::open_by(settings, self.runtime.handle().clone(), clocks).unwrap();
        if !data.join("enrolment.json").exists() {
            let request = json!({
                "server": format!("http://{server}"),
                "code": self.codes[window],
            });
            terminal.call(WindowRole::Officer, "enrol", request).unwrap();
        }
        terminal
    }

    /// What the server knows of the devices of all windows.
    pub fn server_devices(&self) -> Vec<server::StationDevices> {
        self.runtime.block_on(server::station_devices(&self.server_settings)).unwrap()
    }

    /// Asks the register itself.
    pub fn ask_register(&self, path: &str) -> Value {
        exchange(self.register.clients, "GET", path, CLIENT, "")
    }

    /// Orders a fault of the register.
    pub fn bend_register(&self, fault: &Value) {
        let answer = exchange(self.register.admin, "POST", "/admin/faults", ADMIN, &fault.to_string());
        assert_eq!(answer["state"], "found", "{answer}");
    }

    /// Lets the register do what it took for later; how many acts.
    pub fn let_go(&self) -> u64 {
        let answer = exchange(self.register.admin, "POST", "/admin/effects/let-go", ADMIN, "{}");
        answer["let_go"].as_u64().unwrap()
    }

    /// Identity numbers of the demo people by their keys, also of those without a card.
    pub fn people(&self) -> BTreeMap<String, String> {
        let text = std::fs::read_to_string(root().join("assets/demo/people.toml")).unwrap();
        let file: toml::Value = toml::from_str(&text).unwrap();
        let text = |member: &toml::Value, key: &str| member[key].as_str().unwrap().to_owned();
        file["household"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|household| household["member"].as_array().unwrap())
            .map(|member| (text(member, "key"), text(member, "number")))
            .collect()
    }

    pub fn lay(&self, person: &str) {
        self.reader.lay(&self.cards[person].card).unwrap();
    }
}

/// One request and its JSON answer.
fn exchange(to: SocketAddr, method: &str, path: &str, token: &str, body: &str) -> Value {
    let mut stream = std::net::TcpStream::connect(to).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {to}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

fn start_register(runtime: &Runtime, folder: &Path, assets: &Path) -> Register {
    use changkou::http;
    use changkou::register::Options;
    let clients = http::load_clients(&assets.join("demo/register-clients.toml")).unwrap();
    let register = changkou::register::Register::open(&Options {
        data: folder.join("register"),
        cache: folder.join("register"),
        seed: 1,
        persons: PERSONS,
        demo: Some(assets.join("demo/people.toml")),
        today: None,
        fresh: true,
    })
    .unwrap();
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let bound =
        runtime.block_on(http::bind(register, &clients, listen, Some((listen, ADMIN.to_owned())))).unwrap();
    let register =
        Register { clients: bound.address().unwrap(), admin: bound.admin_address().unwrap().unwrap() };
    runtime.spawn(bound.serve());
    register
}
