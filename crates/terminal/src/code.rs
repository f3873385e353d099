//! Codes of tables that are too long to be given to a window whole, found as they are typed.

use crate::Terminal;
use crate::error::{Own, Result};
use crate::rpc::request::FindCodes;
use crate::rpc::view::{CodeLine, CodesFound};
use domain::code::{CodeTable, CodeTables};

/// Rows of a table that a window is given whole; the divisions since 1980 would be a megabyte with every log-in.
const LONGEST_TABLE: usize = 1_000;
/// Codes offered at once: two pages of the list, then more typing is quicker than reading.
const OFFERED: usize = 20;

/// Whether a window asks for the rows of a table one by one.
pub(crate) fn is_long(table: &CodeTable) -> bool {
    table.rows.len() > LONGEST_TABLE
}

/// The same of a table by its name.
pub(crate) fn is_searched(codes: &CodeTables, table: &str) -> bool {
    codes.tables.get(table).is_some_and(is_long)
}

impl Terminal {
    pub(crate) fn find_codes(&self, request: FindCodes) -> Result<CodesFound> {
        self.actor()?;
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let codes = &current.codes;
        let table = codes.tables.get(&request.table).ok_or(Own::TableUnknown)?;
        let day = self.clock.now().day();
        let lines = table.find(&request.text, day, request.historic, OFFERED).into_iter().map(|row| {
            let ended =
                if row.holds_on(day) { String::new() } else { codes.ended_words(&request.table, row, day) };
            let words =
                if ended.is_empty() { row.name.clone() } else { format!("{}（{ended}）", row.name) };
            CodeLine { code: row.code.clone(), name: row.name.clone(), words, ended }
        });
        Ok(CodesFound { title: table.title.clone(), lines: lines.collect() })
    }
}
