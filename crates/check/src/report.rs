//! What was found.

use std::fmt;

/// What is checked, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Pages of the database.
    Pages,
    /// The terminal's own chain of events, signatures.
    Events,
    /// The server's places.
    Places,
    /// Acts in the outbox and their receipts.
    Acts,
    /// Printed numbers.
    Numbers,
    /// Encrypted files.
    Files,
    /// Work list, search, drafts, definitions.
    Lists,
    /// The audit log.
    Audit,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 8] = [
        Self::Pages,
        Self::Events,
        Self::Places,
        Self::Acts,
        Self::Numbers,
        Self::Files,
        Self::Lists,
        Self::Audit,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Pages => "数据库页",
            Self::Events => "事件与签名",
            Self::Places => "服务器排位",
            Self::Acts => "待传与回执",
            Self::Numbers => "受理号",
            Self::Files => "图像与签名文件",
            Self::Lists => "列表与草稿",
            Self::Audit => "操作日志",
        }
    }
}

/// Something wrong. Names things, never people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub part: Part,
    /// What, in words for an administrator.
    pub words: String,
}

/// Counts and faults.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Pages of the database.
    pub pages: u64,
    /// Own events, proved.
    pub own_events: u64,
    /// Others' events, proved.
    pub other_events: u64,
    /// Cases.
    pub cases: u64,
    /// Places of the server, proved.
    pub places: u64,
    /// Acts in the outbox.
    pub acts: u64,
    /// Acts that the server has not answered.
    pub acts_waiting: u64,
    /// Numbers taken.
    pub numbers: u64,
    /// Files here, deciphered whole.
    pub files: u64,
    /// Files that only the server has.
    pub files_elsewhere: u64,
    /// Drafts.
    pub drafts: u64,
    /// Lines of the audit log.
    pub audit_lines: u64,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }

    pub(crate) fn must(&mut self, part: Part, holds: bool, words: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(Fault { part, words: words() });
        }
    }

    /// Runs a part. One that cannot be read is a fault, and the others go on.
    pub(crate) fn part(&mut self, part: Part, work: impl FnOnce(&mut Self) -> rusqlite::Result<()>) {
        if let Err(error) = work(self) {
            // SQLite's code only: its sentences may name columns, never values, but a code is enough.
            let code = error.sqlite_error_code().map_or_else(|| "ROW".to_owned(), |code| format!("{code:?}"));
            self.faults.push(Fault { part, words: format!("读不出来（{code}）") });
        }
    }

    fn counted(&self, part: Part) -> String {
        match part {
            Part::Pages => format!("{} 页", self.pages),
            Part::Events => {
                format!(
                    "本机 {} 件，其他终端 {} 件，办件 {} 个",
                    self.own_events, self.other_events, self.cases
                )
            }
            Part::Places => format!("{} 处", self.places),
            Part::Acts => format!("{} 件，其中未上传 {} 件", self.acts, self.acts_waiting),
            Part::Numbers => format!("{} 个", self.numbers),
            Part::Files => format!("{} 个，另有 {} 个只在服务器上", self.files, self.files_elsewhere),
            Part::Lists => format!("草稿 {} 份", self.drafts),
            Part::Audit => format!("{} 行", self.audit_lines),
        }
    }
}

/// Faults of one part that are written out; the rest is counted.
const SHOWN: usize = 20;

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in Part::ALL {
            let faults: Vec<&Fault> = self.faults.iter().filter(|fault| fault.part == part).collect();
            let result = if faults.is_empty() { "正常" } else { "有问题" };
            writeln!(out, "{}：{}，{result}", part.title(), self.counted(part))?;
            for fault in faults.iter().take(SHOWN) {
                writeln!(out, "  - {}", fault.words)?;
            }
            if faults.len() > SHOWN {
                writeln!(out, "  - 另有 {} 处", faults.len() - SHOWN)?;
            }
        }
        if self.is_whole() {
            writeln!(out, "结论：数据完好。")
        } else {
            writeln!(
                out,
                "结论：发现 {} 处问题。请不要继续使用这份数据，把本报告交给管理员。",
                self.faults.len()
            )
        }
    }
}
