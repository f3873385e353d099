//! Documents as scanners send them, and as nobody should.

use driver_contract::{Capabilities, ColourMode, ScanArea, ScanParameters, ScanSource};
use driver_scanner::escl::{
    AdfState, EsclError, JobState, Region, ScanSettings, ScannerCapabilities, ScannerState, ScannerStatus,
};
use proptest::prelude::*;

/// After the examples of the specification (§8.1.4): other prefixes, a profile for all sources, a range of resolutions.
const CAPABILITIES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- as some maker writes it -->
<e:ScannerCapabilities xmlns:e="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:p="http://www.pwg.org/schemas/2010/12/sm">
 <p:Version>2.6</p:Version><p:MakeAndModel> Acme S 20 </p:MakeAndModel><p:SerialNumber>A17</p:SerialNumber>
 <e:SettingProfiles><e:SettingProfile name="all">
  <e:ColorModes><e:ColorMode>BlackAndWhite1</e:ColorMode><e:ColorMode>Grayscale8</e:ColorMode><e:ColorMode>RGB24</e:ColorMode></e:ColorModes>
  <e:DocumentFormats><p:DocumentFormat>application/pdf</p:DocumentFormat><p:DocumentFormat>Image/JPEG</p:DocumentFormat></e:DocumentFormats>
  <e:SupportedResolutions><e:ResolutionRange>
   <e:XResolution><e:Min>75</e:Min><e:Max>600</e:Max><e:Normal>300</e:Normal><e:Step>1</e:Step></e:XResolution>
   <e:YResolution><e:Min>75</e:Min><e:Max>600</e:Max><e:Normal>300</e:Normal><e:Step>1</e:Step></e:YResolution>
  </e:ResolutionRange></e:SupportedResolutions>
 </e:SettingProfile></e:SettingProfiles>
 <e:Platen><e:PlatenInputCaps><e:MinWidth>16</e:MinWidth><e:MaxWidth>2550</e:MaxWidth><e:MinHeight>16</e:MinHeight><e:MaxHeight>3508</e:MaxHeight>
  <e:SettingProfiles><e:SettingProfile>
   <e:ColorModes><e:ColorMode>RGB24</e:ColorMode></e:ColorModes>
   <e:DocumentFormats><p:DocumentFormat>image/jpeg</p:DocumentFormat><e:DocumentFormatExt>image/jpeg</e:DocumentFormatExt></e:DocumentFormats>
   <e:SupportedResolutions><e:DiscreteResolutions>
    <e:DiscreteResolution><e:XResolution>600</e:XResolution><e:YResolution>600</e:YResolution></e:DiscreteResolution>
    <e:DiscreteResolution><e:XResolution>200</e:XResolution><e:YResolution>200</e:YResolution></e:DiscreteResolution>
    <e:DiscreteResolution><e:XResolution>300</e:XResolution><e:YResolution>600</e:YResolution></e:DiscreteResolution>
   </e:DiscreteResolutions></e:SupportedResolutions>
  </e:SettingProfile></e:SettingProfiles></e:PlatenInputCaps></e:Platen>
 <e:Adf><e:AdfSimplexInputCaps><e:MaxWidth>2550</e:MaxWidth><e:MaxHeight>4200</e:MaxHeight></e:AdfSimplexInputCaps></e:Adf>
</e:ScannerCapabilities>"#;

fn scanner() -> ScannerCapabilities {
    ScannerCapabilities::read(CAPABILITIES.as_bytes()).unwrap()
}

fn wanted() -> ScanParameters {
    ScanParameters {
        source: ScanSource::Flatbed,
        mode: ColourMode::Colour,
        dpi: 300,
        area: Some(ScanArea::A4),
        max_pages: None,
    }
}

#[test]
fn capabilities_are_read_whatever_their_prefixes() {
    let scanner = scanner();
    assert_eq!((scanner.version.as_str(), scanner.make_and_model.as_str()), ("2.6", "Acme S 20"));
    let platen = scanner.platen.as_ref().unwrap();
    assert_eq!((platen.colour, platen.grey, platen.format_ext), (true, false, true));
    // What is not the same across and down is left out.
    assert_eq!(platen.resolutions, [200, 600]);
    let feeder = scanner.simplex.as_ref().unwrap();
    assert_eq!((feeder.range, feeder.grey, feeder.format_ext), (Some((75, 600)), true, false));
    assert_eq!(scanner.duplex, None);
    let Capabilities::Scanner { sources, modes, resolutions, max_width, max_height } = scanner.capabilities()
    else {
        panic!()
    };
    assert_eq!(sources, [ScanSource::Flatbed, ScanSource::Feeder]);
    assert_eq!(modes, [ColourMode::Lineart, ColourMode::Gray, ColourMode::Colour]);
    assert_eq!(resolutions, [75, 100, 150, 200, 300, 600]);
    // 2550 and 4200 three-hundredths of an inch.
    assert_eq!((max_width, max_height), (2159, 3556));
}

#[test]
fn settings_are_the_nearest_that_is_offered() {
    let scanner = scanner();
    let settings = ScanSettings::of(&wanted(), &scanner).unwrap();
    assert_eq!((settings.dpi, settings.region), (200, Region { left: 0, top: 0, width: 2480, height: 3508 }));
    assert_eq!(settings.region.pixels(200), (1653, 2338));
    let document = settings.document();
    for part in [
        "<pwg:Version>2.6</pwg:Version>",
        "<pwg:Width>2480</pwg:Width><pwg:Height>3508</pwg:Height>",
        "<pwg:InputSource>Platen</pwg:InputSource><scan:ColorMode>RGB24</scan:ColorMode>",
        "<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>",
        "<scan:XResolution>200</scan:XResolution><scan:YResolution>200</scan:YResolution></scan:ScanSettings>",
    ] {
        assert!(document.contains(part), "{part} is not in {document}");
    }
    let feeder =
        ScanParameters { source: ScanSource::Feeder, mode: ColourMode::Lineart, dpi: 240, ..wanted() };
    let settings = ScanSettings::of(&feeder, &scanner).unwrap();
    assert_eq!(settings.dpi, 240, "any of a range");
    assert!(settings.document().ends_with("<scan:Duplex>false</scan:Duplex></scan:ScanSettings>"));
    for (wrong, what) in [
        (ScanParameters { source: ScanSource::FeederDuplex, ..wanted() }, "both sides"),
        (ScanParameters { mode: ColourMode::Gray, ..wanted() }, "greys"),
        (
            ScanParameters { area: Some(ScanArea { left: 0, top: 0, width: 2300, height: 100 }), ..wanted() },
            "wide",
        ),
        (
            ScanParameters { area: Some(ScanArea { left: 3000, top: 0, width: 10, height: 10 }), ..wanted() },
            "beside",
        ),
        (
            ScanParameters { area: Some(ScanArea { left: 0, top: 0, width: 0, height: 10 }), ..wanted() },
            "nothing",
        ),
        (
            ScanParameters {
                area: Some(ScanArea { left: u32::MAX, top: 0, width: u32::MAX, height: u32::MAX }),
                ..wanted()
            },
            "beyond any bed",
        ),
    ] {
        assert!(matches!(ScanSettings::of(&wrong, &scanner), Err(EsclError::NotOffered(_))), "{what}");
    }
    for wrong in [ScanParameters { dpi: 0, ..wanted() }, ScanParameters { max_pages: Some(0), ..wanted() }] {
        assert_eq!(ScanSettings::of(&wrong, &scanner), Err(EsclError::Parameters));
    }
}

fn status(state: &str, adf: &str) -> ScannerStatus {
    let text = format!(
        "<s:ScannerStatus xmlns:s=\"a\" xmlns:p=\"b\"><p:State>{state}</p:State>{adf}<s:Jobs><s:JobInfo>\
        <p:JobUri>http://scanner/eSCL/ScanJobs/17/</p:JobUri><p:JobState>Aborted</p:JobState></s:JobInfo>\
        <s:JobInfo><p:JobUri>/eSCL/ScanJobs/18</p:JobUri><p:JobState>Odd</p:JobState></s:JobInfo></s:Jobs></s:ScannerStatus>"
    );
    ScannerStatus::read(text.as_bytes()).unwrap()
}

#[test]
fn every_state_is_known_and_has_its_fault() {
    for (word, state) in [
        ("Idle", ScannerState::Idle),
        ("Processing", ScannerState::Processing),
        ("Testing", ScannerState::Testing),
        ("Stopped", ScannerState::Stopped),
        ("Down", ScannerState::Down),
        ("Dancing", ScannerState::Unknown),
    ] {
        let now = status(word, "");
        assert_eq!((now.state, now.adf), (state, None));
        assert_eq!(now.job("/eSCL/ScanJobs/17"), Some(JobState::Aborted));
        assert_eq!(now.job("/eSCL/ScanJobs/18"), Some(JobState::Unknown));
        assert_eq!(now.job("/eSCL/ScanJobs/7777"), None);
    }
    for (word, state, code) in [
        ("ScannerAdfLoaded", AdfState::Loaded, None),
        ("ScannerAdfEmpty", AdfState::Empty, None),
        ("ScannerAdfProcessing", AdfState::Processing, None),
        ("ScannerAdfWhistling", AdfState::Unknown, None),
        ("ScannerAdfJam", AdfState::Jam, Some("scanner.feeder_jam")),
        ("ScannerAdfMultipickDetected", AdfState::MultipickDetected, Some("scanner.feeder_jam")),
        ("ScannerAdfInputTrayOverloaded", AdfState::InputTrayOverloaded, Some("scanner.feeder_jam")),
        ("ScannerAdfMispick", AdfState::Mispick, Some("scanner.feeder_empty")),
        ("ScannerAdfHatchOpen", AdfState::HatchOpen, Some("device.cover_open")),
        ("ScannerAdfDoorOpen", AdfState::HatchOpen, Some("device.cover_open")),
        ("ScannerAdfDuplexPageTooShort", AdfState::DuplexPageTooShort, Some("device.unsupported")),
        ("ScannerAdfDuplexPageTooLong", AdfState::DuplexPageTooLong, Some("device.unsupported")),
        ("ScannerAdfInputTrayFailed", AdfState::InputTrayFailed, Some("scanner.scan_failed")),
    ] {
        let now = status("Idle", &format!("<s:AdfState>{word}</s:AdfState>"));
        assert_eq!(now.adf, Some(state), "{word}");
        assert_eq!(now.feeder_trouble().map(|error| error.fault_code().as_str()), code, "{word}");
    }
}

#[test]
fn what_is_no_document_is_garbage() {
    let other = "<ScannerStatus/>".to_owned();
    let entities =
        "<!DOCTYPE s [<!ENTITY a \"b\">]><ScannerCapabilities>&a;</ScannerCapabilities>".to_owned();
    let deep = "<a>".repeat(100_000);
    let many = format!("<ScannerCapabilities>{}</ScannerCapabilities>", "<a/>".repeat(50_000));
    let no_source = "<ScannerCapabilities><Platen/></ScannerCapabilities>".to_owned();
    let no_jpeg = CAPABILITIES.replace("image/jpeg", "image/png").replace("Image/JPEG", "image/png");
    for text in [String::new(), other, entities, deep, many, no_source, no_jpeg] {
        assert!(
            matches!(ScannerCapabilities::read(text.as_bytes()), Err(EsclError::Garbage(_))),
            "{text:.60}"
        );
    }
    assert!(matches!(ScannerStatus::read(CAPABILITIES.as_bytes()), Err(EsclError::Garbage(_))));
    assert!(matches!(ScannerStatus::read(b"<ScannerStatus/>"), Err(EsclError::Garbage(_))));
    assert!(matches!(ScannerStatus::read(b"\xff\xfe<"), Err(EsclError::Garbage(_))));
}

proptest! {
    /// Whatever is cut out of a document, turned or put in: an answer or an error, and what is asked then can be asked.
    #[test]
    fn no_document_makes_the_driver_stumble(from in 0..CAPABILITIES.len(), length in 0..400_usize, by in ".{0,12}") {
        let mut bytes = CAPABILITIES.as_bytes().to_vec();
        let end = (from + length).min(bytes.len());
        bytes.splice(from..end, by.bytes());
        if let Ok(scanner) = ScannerCapabilities::read(&bytes) {
            let _ = scanner.capabilities();
            for source in [ScanSource::Flatbed, ScanSource::Feeder, ScanSource::FeederDuplex] {
                if let Ok(settings) = ScanSettings::of(&ScanParameters { source, ..wanted() }, &scanner) {
                    prop_assert!(settings.dpi > 0 && settings.region.width > 0 && settings.region.height > 0);
                }
            }
        }
        let _ = ScannerStatus::read(&bytes);
    }
}
