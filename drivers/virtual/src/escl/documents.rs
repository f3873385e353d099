//! The documents of the protocol.

use super::fault::ScannerFault;
use super::state::{Job, JobEnd, State};

const NAMESPACES: &str = "xmlns:scan=\"http://schemas.hp.com/imaging/escl/2011/05/03\" \
    xmlns:pwg=\"http://www.pwg.org/schemas/2010/12/sm\"";

/// Width and height of glass and feeder, in 300ths of an inch: 215.9 × 297.2 mm and 215.9 × 355.6 mm.
const GLASS: (u32, u32) = (2550, 3510);
const FEEDER: (u32, u32) = (2550, 4200);

fn source(name: &str, (width, height): (u32, u32)) -> String {
    let resolutions: String = [75, 100, 200, 300, 600]
        .map(|dpi| {
            format!(
                "<scan:DiscreteResolution><scan:XResolution>{dpi}</scan:XResolution>\
                <scan:YResolution>{dpi}</scan:YResolution></scan:DiscreteResolution>"
            )
        })
        .concat();
    format!(
        "<scan:{name}><scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>{width}</scan:MaxWidth>\
        <scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>{height}</scan:MaxHeight>\
        <scan:MaxScanRegions>1</scan:MaxScanRegions>\
        <scan:SettingProfiles><scan:SettingProfile>\
        <scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode>\
        </scan:ColorModes>\
        <scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>\
        <scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>\
        <scan:SupportedResolutions><scan:DiscreteResolutions>{resolutions}</scan:DiscreteResolutions>\
        </scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles></scan:{name}>"
    )
}

pub(super) fn capabilities() -> String {
    let (platen, simplex, duplex) = (
        source("PlatenInputCaps", GLASS),
        source("AdfSimplexInputCaps", FEEDER),
        source("AdfDuplexInputCaps", FEEDER),
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scan:ScannerCapabilities {NAMESPACES}>\
        <pwg:Version>2.63</pwg:Version><pwg:MakeAndModel>Training Network Scanner</pwg:MakeAndModel>\
        <pwg:SerialNumber>TNS-0001</pwg:SerialNumber>\
        <scan:UUID>6f0a1c1e-0000-4000-8000-000000000001</scan:UUID>\
        <scan:Platen>{platen}</scan:Platen><scan:Adf>{simplex}{duplex}\
        <scan:FeederCapacity>50</scan:FeederCapacity>\
        <scan:AdfOptions><scan:AdfOption>DetectPaperLoaded</scan:AdfOption><scan:AdfOption>Duplex</scan:AdfOption>\
        </scan:AdfOptions></scan:Adf></scan:ScannerCapabilities>"
    )
}

pub(super) fn status(state: &State) -> String {
    let jammed = matches!(state.fault, ScannerFault::Jam(pages)
        if state.jobs.last().is_some_and(|job| job.feeder && job.given >= pages));
    let adf = match state.fault {
        _ if jammed => "ScannerAdfJam",
        ScannerFault::Multipick => "ScannerAdfMultipickDetected",
        ScannerFault::LidOpen => "ScannerAdfHatchOpen",
        _ if state.feeder.is_empty() => "ScannerAdfEmpty",
        _ => "ScannerAdfLoaded",
    };
    let scanner = match state.fault {
        ScannerFault::Busy => "Processing",
        ScannerFault::Stopped => "Stopped",
        _ => "Idle",
    };
    let jobs: String = state.jobs.iter().map(job).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scan:ScannerStatus {NAMESPACES}>\
        <pwg:Version>2.63</pwg:Version><pwg:State>{scanner}</pwg:State><scan:AdfState>{adf}</scan:AdfState>\
        <scan:Jobs>{jobs}</scan:Jobs></scan:ScannerStatus>"
    )
}

fn job(job: &Job) -> String {
    let state = match job.end {
        None => "Processing",
        Some(JobEnd::Completed) => "Completed",
        Some(JobEnd::Aborted) => "Aborted",
        Some(JobEnd::Canceled) => "Canceled",
    };
    format!(
        "<scan:JobInfo><pwg:JobUri>/eSCL/ScanJobs/{0}</pwg:JobUri><pwg:JobUuid>{0}</pwg:JobUuid>\
        <pwg:ImagesCompleted>{1}</pwg:ImagesCompleted><pwg:JobState>{state}</pwg:JobState></scan:JobInfo>",
        job.number, job.given
    )
}

/// The text of the first element whose local name this is.
pub(super) fn text<'a>(document: &'a str, name: &str) -> Option<&'a str> {
    let opening = document.match_indices('<').find_map(|(at, _)| {
        let rest = &document[at + 1..];
        let end = rest.find('>')?;
        let tag = rest[..end].split_whitespace().next()?;
        let local = tag.rsplit(':').next()?;
        (local == name).then_some(&rest[end + 1..])
    })?;
    opening.find('<').map(|end| opening[..end].trim())
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn elements_are_found_whatever_their_prefix() {
        let document = "<?xml?><s:A x=\"1\"><p:Width> 12 </p:Width><Height>3</Height></s:A>";
        assert_eq!(text(document, "Width"), Some("12"));
        assert_eq!(text(document, "Height"), Some("3"));
        assert_eq!(text(document, "Depth"), None);
    }
}
