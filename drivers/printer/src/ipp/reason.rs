//! What a printer's reasons mean for the officer (RFC 8011 §5.4.12 and §5.3.8, PWG 5100.9 alerts).

use driver_contract::{DeviceClass, Fault, FaultCode};

/// Severity suffixes a reason may carry.
const SUFFIXES: [&str; 3] = ["-error", "-warning", "-report"];

/// How a reason of the printer bears on the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// It announces something.
    Note,
    /// It would keep paper from coming out, but the printer calls it a warning: another tray may serve
    /// the job. (`ippeveprinter` calls everything a warning while it has a job.)
    Doubtful,
    /// It keeps paper from coming out.
    Blocking,
}

/// The fault behind one keyword of `printer-state-reasons`.
fn of_printer(keyword: &str) -> Option<(FaultCode, Weight)> {
    let suffix = SUFFIXES.into_iter().find(|suffix| keyword.ends_with(suffix));
    let bare = suffix.map_or(keyword, |suffix| &keyword[..keyword.len() - suffix.len()]);
    let code = match bare {
        "media-empty" => FaultCode::OutOfPaper,
        "media-needed"
        | "input-tray-missing"
        | "input-cannot-feed-size-selected"
        | "input-media-size-change" => FaultCode::MediaNotReady,
        "media-jam" => FaultCode::PaperJam,
        "cover-open" | "door-open" | "interlock-open" | "input-tray-open" => FaultCode::CoverOpen,
        "toner-empty" | "marker-supply-empty" | "developer-empty" | "opc-life-over" => FaultCode::TonerEmpty,
        "toner-low" | "marker-supply-low" | "developer-low" | "opc-near-eol" => {
            return Some((FaultCode::TonerLow, Weight::Note));
        }
        "paused" | "moving-to-paused" | "stopping" | "stopped-partly" | "deactivated" => {
            FaultCode::PrinterStopped
        }
        "offline" | "shutdown" | "timed-out" => FaultCode::PrinterUnreachable,
        "marker-waste-full"
        | "output-area-full"
        | "output-tray-missing"
        | "spool-area-full"
        | "fuser-over-temp"
        | "fuser-under-temp"
        | "other" => FaultCode::PrinterNeedsAttention,
        // A reason of the maker's own, called an error: somebody has to look.
        _ if suffix == Some("-error") => FaultCode::PrinterNeedsAttention,
        _ => return None,
    };
    Some((code, if suffix == Some("-warning") { Weight::Doubtful } else { Weight::Blocking }))
}

/// The order in which faults are told when there are several: what the clerk has to do first.
const ORDER: [FaultCode; 8] = [
    FaultCode::PaperJam,
    FaultCode::CoverOpen,
    FaultCode::OutOfPaper,
    FaultCode::MediaNotReady,
    FaultCode::TonerEmpty,
    FaultCode::PrinterUnreachable,
    FaultCode::PrinterNeedsAttention,
    FaultCode::PrinterStopped,
];

fn fault(code: FaultCode, reasons: &[String]) -> Fault {
    Fault::new(code, DeviceClass::Printer).with_detail(reasons.join(","))
}

/// What keeps paper from coming out, by the printer's reasons of at least this weight; the most urgent if
/// there are several.
pub(crate) fn blocking_fault(reasons: &[String], least: Weight) -> Option<Fault> {
    let found: Vec<FaultCode> = reasons
        .iter()
        .filter_map(|r| of_printer(r))
        .filter(|(_, weight)| *weight >= least)
        .map(|(c, _)| c)
        .collect();
    ORDER.into_iter().find(|code| found.contains(code)).map(|code| fault(code, reasons))
}

/// Everything the printer's reasons say, for the state of the device.
pub(crate) fn all_faults(reasons: &[String]) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for (code, _) in reasons.iter().filter_map(|reason| of_printer(reason)) {
        if !faults.iter().any(|fault| fault.code == code) {
            faults.push(fault(code, reasons));
        }
    }
    faults
}

/// Why a job was given up, by the job's own reasons; the printer's reasons are asked next.
pub(crate) fn of_aborted_job(job: &[String], printer: &[String]) -> Fault {
    let all: Vec<String> = job.iter().chain(printer).cloned().collect();
    let document = job.iter().any(|reason| {
        matches!(
            reason.as_str(),
            "unsupported-document-format"
                | "document-format-error"
                | "document-unprintable-error"
                | "unsupported-compression"
                | "compression-error"
        )
    });
    if document {
        return fault(FaultCode::FormatNotSupported, &all);
    }
    match blocking_fault(printer, Weight::Doubtful) {
        Some(found) => fault(found.code, &all),
        None => fault(FaultCode::JobAborted, &all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(reasons: &[&str]) -> Option<&'static str> {
        let reasons: Vec<String> = reasons.iter().map(|reason| (*reason).to_owned()).collect();
        blocking_fault(&reasons, Weight::Blocking).map(|fault| fault.code())
    }

    #[test]
    fn reasons_are_told_with_and_without_severity() {
        for (reason, expected) in [
            ("media-empty", Some("printer.out_of_paper")),
            ("media-empty-error", Some("printer.out_of_paper")),
            ("media-empty-report", Some("printer.out_of_paper")),
            ("media-empty-warning", None),
            ("media-low-report", None),
            ("media-jam-error", Some("printer.paper_jam")),
            ("cover-open", Some("device.cover_open")),
            ("toner-empty-error", Some("printer.toner_empty")),
            ("toner-low-report", None),
            ("offline-report", Some("printer.unreachable")),
            ("paused", Some("printer.stopped")),
            ("com.maker-laser-tired-error", Some("printer.needs_attention")),
            ("com.maker-laser-tired", None),
            ("none", None),
            ("", None),
        ] {
            assert_eq!(code(&[reason]), expected, "{reason}");
        }
        let doubtful = blocking_fault(&["media-empty-warning".to_owned()], Weight::Doubtful);
        assert_eq!(doubtful.map(|fault| fault.code()), Some("printer.out_of_paper"));
        assert_eq!(code(&["paused", "toner-low", "media-jam"]), Some("printer.paper_jam"));
    }

    #[test]
    fn a_job_given_up_says_why() {
        let given = |job: &[&str], printer: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            of_aborted_job(&owned(job), &owned(printer)).code()
        };
        assert_eq!(given(&["unsupported-document-format"], &["none"]), "printer.format_not_supported");
        assert_eq!(given(&["aborted-by-system"], &["media-empty-error"]), "printer.out_of_paper");
        assert_eq!(given(&["aborted-by-system"], &["none"]), "printer.job_aborted");
    }
}
