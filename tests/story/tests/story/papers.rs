//! Papers as they come out of the printer, and a printer that does not print.

use crate::birth;
use crate::counter::{Counter, one};
use crate::matters::open;
use crate::station::Station;
use ippeve_counterpart::{Behaviour, IppEvePrinter};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The text of a PDF, by somebody else's reader.
pub fn text_of(pdf: &[u8]) -> String {
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    reader.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// What the QR codes of a printed paper say: the paper is drawn by somebody else's program, and read from the dots.
fn codes_of(pdf: &std::path::Path) -> Vec<String> {
    let output = Command::new("pdftoppm").args(["-r", "300", "-gray"]).arg(pdf).output().unwrap();
    assert!(output.status.success());
    let page = image::load_from_memory(&output.stdout).unwrap().to_luma8();
    let (width, height) = page.dimensions();
    let mut dots = rqrr::PreparedImage::prepare_from_greyscale(width as usize, height as usize, |x, y| {
        page.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap()).0[0]
    });
    dots.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect()
}

#[test]
fn number_password_and_code_of_the_receipt_are_those_of_the_server() {
    let mut station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = birth::take_in(&station, &counter);
    let view = counter.act("submit_case", json!({ "case": case }));
    let number = view["submission"]["number"].as_str().unwrap().to_owned();
    let password = view["submission"]["query_password"].as_str().unwrap().to_owned();
    counter.print(&case, "receipt");
    let printed = &station.printer.documents().unwrap()[0];
    let bytes = std::fs::read(&printed.file).unwrap();
    let text = text_of(&bytes);
    let digits: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    assert!(digits.contains(&number), "{number} in {text}");
    assert!(password.len() >= 6 && digits.contains(&password), "{password} in {text}");
    let codes = codes_of(&printed.file);
    let [code] = &codes[..] else { panic!("one code: {codes:?}") };
    assert!(code.ends_with(&number) || code.contains(&format!("={number}")), "{code}");
    assert!(!code.contains(&password), "the password is for the citizen, not for who finds the receipt");
    // The stored paper is the printed one.
    let pdf = one(&counter.case(&case)["prints"], "document", "receipt")["printed"][0]["pdf"].clone();
    let stored =
        counter.terminal.document(terminal::rpc::WindowRole::Officer, pdf.as_str().unwrap()).unwrap();
    assert!(stored.bytes == bytes, "the printed bytes are the stored bytes");
    counter.drained();

    // At the server: another window finds the case by the number that stands on the paper.
    let office = Counter::new(station.terminal("所长室"));
    office.login("J0001");
    let found = office.wait("the case by its number", || {
        let found = office.ask("find_cases", json!({ "text": number, "to_review": false, "ended": false }));
        found.get(0).cloned()
    });
    assert_eq!((&found["id"], &found["number"]), (&json!(case), &json!(number)));
    assert_eq!(office.case(&case)["submission"]["query_password"], json!(password));
    station.pull_network();
    let db = Connection::open(station.server_data().join("server.db")).unwrap();
    let (serial, used): (i64, i64) = db
        .query_row("SELECT MAX(serial), COUNT(*) FROM number_used WHERE case_id = $1", [&case], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(used, 1);
    assert!(number.contains(&format!("{serial:06}")), "{number} is not the server's {serial}");
}

fn printed(view: &Value) -> usize {
    one(&view["prints"], "document", "one-time-notice")["printed"].as_array().unwrap().len()
}

#[test]
fn what_was_not_printed_is_not_recorded_and_can_be_printed_again() {
    let mut station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = open(&station, &counter, "T042", "he_old_head");
    let wish = json!({ "case": case, "document": "one-time-notice", "reprint_reason": "" });
    // The printer takes the job and gives it up.
    station.printer.behave(&Behaviour::Abort(vec!["media-jam-error".to_owned()])).unwrap();
    let error = counter.fails("print_document", wish.clone());
    assert!(["PRINT_ABORTED", "printer.paper_jam"].contains(&error["code"].as_str().unwrap()), "{error}");
    let view = counter.case(&case);
    assert_eq!(printed(&view), 0, "{error}");
    assert!(!view["trail"].to_string().contains("打印"), "{}", view["trail"]);
    // The printer is gone.
    let uri = station.printer.uri();
    let port: u16 = uri.split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap();
    station.printer.stop();
    let error = counter.fails("print_document", wish.clone());
    assert_eq!(error["code"], "printer.unreachable", "{error}");
    assert_eq!(printed(&counter.case(&case)), 0);
    // It is back: the same wish works, without any reason to give.
    station.printer = IppEvePrinter::start(&station.folder.path().join("spool/again"), port).unwrap();
    counter.operate("print_document", wish);
    let view = counter.case(&case);
    assert_eq!(printed(&view), 1);
    assert_eq!(view["trail"].to_string().matches("打印").count(), 1);
    let papers = station.printer.documents().unwrap();
    assert!(papers.len() == 1 && papers[0].printed, "{papers:?}");
}
