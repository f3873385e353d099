//! What frames every screen: who works where, the line, the devices, what runs.

use crate::rpc::RpcError;
use domain::ids::{CaseId, OfficerId, UnitCode};
use domain::person::Post;
use driver_contract::{DeviceInfo, Fault};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The frame around the work area: header and status bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Shell {
    /// Rises with every change of anything shown.
    #[ts(type = "number")]
    pub revision: u64,
    /// What the officer window has to show first.
    pub gate: Gate,
    /// Name of the window, e.g. 柜台一.
    pub window: String,
    /// The unit where the terminal stands.
    pub unit: Option<UnitLine>,
    /// Who works here.
    pub session: Option<SessionView>,
    /// Counts for the header.
    pub counts: Counts,
    /// State of the line to the server.
    pub sync: SyncLine,
    /// One entry per configured device.
    pub devices: Vec<DeviceLine>,
    /// Number of parked cases.
    pub parked: u32,
    /// What can be undone for the next seconds.
    pub undo: Option<UndoView>,
    /// The card that lies on the reader of an empty desk.
    pub arrival: bool,
    /// The code that was held in front of the scanner last.
    pub scanned: Option<ScannedCode>,
    /// Trusted time, milliseconds since 1970-01-01 UTC.
    #[ts(type = "number")]
    pub now: i64,
    /// Whether the server confirmed the time since the last reboot.
    pub time_confirmed: bool,
    /// Whether the station is a demo: papers and screens say so.
    pub demo: bool,
    /// Work in progress that takes longer than a moment.
    pub operations: Vec<OperationView>,
    /// Version of the program.
    pub version: String,
}

/// What stands before the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// The terminal is not enrolled yet.
    Enrol,
    /// Nobody is logged in.
    Login,
    /// The screen is locked.
    Locked,
    /// Work.
    Open,
}

/// A unit in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnitLine {
    /// Code.
    pub code: UnitCode,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short: String,
}

/// Who works here, in which post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionView {
    /// Log-in name.
    pub officer: OfficerId,
    /// Name.
    pub name: String,
    /// Present post.
    pub post: Post,
    /// Title of the present post, e.g. 辅警.
    pub title: String,
    /// All posts.
    pub posts: Vec<PostLine>,
    /// Whether the log-in was checked by the server or by this terminal alone.
    pub online: bool,
}

/// A post in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PostLine {
    /// The post.
    pub post: Post,
    /// Title of the role.
    pub title: String,
    /// Short name of the unit.
    pub unit: String,
}

/// Counts for the header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Counts {
    /// 待办: waits for the present post.
    pub to_do: u32,
    /// 在办: taken in here, waits for somebody else.
    pub waiting: u32,
    /// 临期: due within three days, or over.
    pub due_soon: u32,
    /// 待审: waits for a review by the present post.
    pub to_review: u32,
}

/// State of the line to the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncLine {
    /// Whether the server can be reached.
    pub online: bool,
    /// Trusted time since when the state holds.
    #[ts(type = "number")]
    pub since: i64,
    /// Acts that wait.
    pub pending: u32,
    /// Files that wait.
    pub pending_files: u32,
    /// Acts refused or in conflict.
    pub rejected: u32,
}

/// A device in the status bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DeviceLine {
    /// The device as its host lists it.
    pub device: DeviceInfo,
    /// How it stands.
    pub state: DeviceState,
    /// Whether it can be used now.
    pub ready: bool,
    /// State in a few words: 正常, 未接, 缺纸 ….
    pub words: String,
    /// What stands in the way.
    pub fault: Option<FaultView>,
}

/// How a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// Its host is starting.
    Starting,
    /// It can be used.
    Ready,
    /// Nothing is there.
    Absent,
    /// This account may not open it.
    Denied,
    /// Somebody else holds it.
    Busy,
    /// Something stands in its way.
    Faulty,
    /// Its host was ended and is started anew.
    Restarting,
}

/// A device fault with its sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FaultView {
    /// The fault.
    pub fault: Fault,
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub cure: String,
    /// Who can do it: clerk, administrator, maker.
    pub who: String,
}

/// A code that was scanned while somebody works here. What else it says stays in this program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ScannedCode {
    /// Rises with every code.
    pub serial: u32,
    /// The number of a case in it.
    pub number: Option<String>,
    /// The case, if this terminal has it.
    pub case: Option<CaseId>,
}

/// Work that takes longer than a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OperationView {
    /// Name.
    pub id: String,
    /// The case that it belongs to.
    pub case: Option<CaseId>,
    /// What it is: 正在读卡 ….
    pub title: String,
    /// Progress in words and numbers: 第 2 页 ….
    pub progress: String,
    /// What a camera sees is to be had under `/frames/{id}` while it runs.
    pub shows: bool,
    /// What the officer can say to it: 直接拍下, 扫背面, 受伤 …. The likeliest first.
    pub choices: Vec<OperationChoice>,
    /// How it ended; none while it runs.
    pub end: Option<OperationEnd>,
}

/// Something that can be said to an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OperationChoice {
    /// Its name.
    pub choice: String,
    /// On the button.
    pub words: String,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OperationEnd {
    /// Done.
    Done {
        /// In words.
        words: String,
    },
    /// Stopped by the officer.
    Cancelled,
    /// Did not work.
    Failed {
        /// Why and what to do.
        error: RpcError,
    },
}

/// The last act that can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UndoView {
    /// What would be undone: 删除第 2 页 ….
    pub words: String,
    /// Trusted time until when.
    #[ts(type = "number")]
    pub until: i64,
}
