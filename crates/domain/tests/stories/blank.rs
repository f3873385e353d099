//! Papers on controlled blanks bear the serial of the sheet, and no sheet is printed on twice.

use super::desk::CATALOGUE;
use super::samples::printed;
use domain::case::Case;
use domain::cbor;
use domain::decide::blank_is_right;
use domain::event::{EventTime, PrintedDocument};
use domain::ids::CaseId;
use domain::matter::Print;

fn print(matter: &str, document: &str) -> Print {
    let prints = &CATALOGUE.definition(matter).unwrap().prints;
    prints.iter().find(|one| one.document == document).unwrap().clone()
}

#[test]
fn a_blank_wants_its_serial_once_and_plain_paper_none() {
    let certificate = print("T056", "migration-certificate");
    let mut case = Case::new(CaseId(uuid::Uuid::nil()));
    let told =
        |serial: &str, case: &Case| blank_is_right(&certificate, serial, case).map_err(|one| one.code());
    assert_eq!(told("", &case), Err("BLANK_SERIAL"));
    assert_eq!(told("  ", &case), Err("BLANK_SERIAL"));
    assert_eq!(told("A0000001", &case), Ok(()));
    let done =
        PrintedDocument { template: certificate.template.clone(), blank: "A0000001".into(), ..printed() };
    case.prints.push((done, EventTime { wall: 0, trusted: 0, confirmed: true }));
    assert_eq!(told(" A0000001 ", &case), Err("BLANK_USED"));
    assert_eq!(told("A0000002", &case), Ok(()));
    let receipt = print("T056", "receipt");
    assert_eq!(blank_is_right(&receipt, "A0000002", &case).map_err(|one| one.code()), Err("BLANK_SERIAL"));
    assert_eq!(blank_is_right(&receipt, "", &case), Ok(()));
}

#[test]
fn every_issued_paper_is_printed_on_a_blank() {
    use domain::matter::PrintMoment;
    let issued = CATALOGUE.matters.values().flat_map(|one| &one.definition.prints);
    let issued: Vec<&Print> = issued.filter(|one| one.at == PrintMoment::Issued).collect();
    assert!(issued.len() >= 40 && issued.iter().all(|one| one.blank), "{}", issued.len());
}

#[test]
fn plain_paper_is_written_as_before_blanks_were_known() {
    let plain = cbor::to_vec(&printed());
    let blank = cbor::to_vec(&PrintedDocument { blank: "A0000001".into(), ..printed() });
    assert!(!plain.windows(5).any(|part| part == b"blank") && blank.windows(5).any(|part| part == b"blank"));
    assert_eq!(cbor::from_slice::<PrintedDocument>(&plain).unwrap(), printed());
}
