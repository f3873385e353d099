//! One scan: a job, its pages, its end.

use std::time::Duration;

use driver_contract::{Outcome, ScanParameters, ScanSource, TaskContext};

use super::capabilities::ScannerCapabilities;
use super::error::EsclError;
use super::picture::decode;
use super::settings::ScanSettings;
use super::status::{AdfState, JobState, ScannerState, ScannerStatus};
use super::transport::{Answer, Question, Transport};

/// Pause before a page is asked for once more that was not ready (status 503).
const NOT_READY_PAUSE: Duration = Duration::from_millis(500);
/// How long a scanner is given to forget a job that is no longer wanted.
const FORGET_LIMIT: Duration = Duration::from_secs(2);

/// What ends a request: the officer, or the deadline.
fn stop(context: &dyn TaskContext) -> Option<EsclError> {
    match (context.cancelled(), context.remaining().is_zero()) {
        (_, true) => Some(EsclError::Timeout),
        (true, false) => Some(EsclError::Cancelled),
        (false, false) => None,
    }
}

/// How the scanner stands.
pub(super) fn status(
    transport: &Transport,
    stop: &dyn Fn() -> Option<EsclError>,
) -> Result<ScannerStatus, EsclError> {
    const DURING: &str = "ScannerStatus";
    let answer = transport.ask(Question::Get(transport.resource(DURING)), stop)?;
    expect(&answer, 200, DURING)?;
    ScannerStatus::read(&answer.body)
}

pub(super) fn expect(answer: &Answer, wanted: u16, during: &'static str) -> Result<(), EsclError> {
    if answer.status == wanted { Ok(()) } else { Err(EsclError::Status { status: answer.status, during }) }
}

/// What keeps a source from being scanned now.
pub(super) fn obstacle(status: &ScannerStatus, source: ScanSource) -> Option<EsclError> {
    if source != ScanSource::Flatbed {
        if let Some(trouble) = status.feeder_trouble() {
            return Some(trouble);
        }
        if status.adf == Some(AdfState::Empty) {
            return Some(EsclError::Feeder(AdfState::Empty));
        }
    }
    // A word that nobody knows is no reason not to try.
    let able = matches!(status.state, ScannerState::Idle | ScannerState::Unknown);
    (!able).then_some(EsclError::NotReady(status.state))
}

/// Scans; every page goes out as soon as it is there.
pub(super) fn scan(
    transport: &Transport,
    scanner: &ScannerCapabilities,
    wanted: &ScanParameters,
    context: &mut dyn TaskContext,
) -> Result<Outcome, Ended> {
    let settings = ScanSettings::of(wanted, scanner)?;
    let before = status(transport, &|| stop(context))?;
    if let Some(obstacle) = obstacle(&before, wanted.source) {
        return Err(obstacle.into());
    }
    let path = begin(transport, &settings, wanted.source, context)?;
    let scanned = pages(transport, &path, &settings, wanted, context);
    if !matches!(scanned, Ok((_, true))) {
        // The scanner would keep the glass for a job that nobody fetches. Whether it heard this changes nothing.
        let _ = transport.hurried(FORGET_LIMIT).ask(Question::Delete(path), &|| None);
    }
    let (pages, feeder_empty) = scanned?;
    Ok(Outcome::Scanned { pages, feeder_empty: feeder_empty && wanted.source != ScanSource::Flatbed })
}

/// Why a scan ended: by itself, or because a page could not be handed over.
pub(super) enum Ended {
    Escl(EsclError),
    Page(driver_contract::Fault),
}

impl From<EsclError> for Ended {
    fn from(error: EsclError) -> Self {
        Self::Escl(error)
    }
}

/// Makes the job and gives its path.
fn begin(
    transport: &Transport,
    settings: &ScanSettings,
    source: ScanSource,
    context: &dyn TaskContext,
) -> Result<String, EsclError> {
    const DURING: &str = "ScanJobs";
    let question = Question::Post(transport.resource(DURING), settings.document());
    let answer = transport.ask(question, &|| stop(context))?;
    if answer.status == 201 {
        return answer.location.ok_or(EsclError::Garbage("a job without an address"));
    }
    let refusal = EsclError::Status { status: answer.status, during: DURING };
    // A scanner refuses with any status when its feeder is empty or open; how it stands says more.
    let now = status(transport, &|| stop(context))?;
    Err(obstacle(&now, source).unwrap_or(refusal))
}

/// Takes pages to the job's end; says whether the scanner ended it by itself.
fn pages(
    transport: &Transport,
    path: &str,
    settings: &ScanSettings,
    wanted: &ScanParameters,
    context: &mut dyn TaskContext,
) -> Result<(u32, bool), Ended> {
    let last = if wanted.source == ScanSource::Flatbed { 1 } else { wanted.max_pages.unwrap_or(u32::MAX) };
    // Only the glass gives the height that was asked for; sheets are as long as they are.
    let least = (wanted.source == ScanSource::Flatbed).then(|| settings.region.pixels(settings.dpi).1);
    let mut pages = 0;
    while pages < last {
        let Some(answer) = next(transport, path, pages, wanted.source, context)? else {
            return Ok((pages, true));
        };
        if !answer.content_type.is_empty() && !answer.content_type.starts_with("image/jpeg") {
            return Err(EsclError::NotAPicture("another format than asked").into());
        }
        let mut page = decode(&answer.body, wanted.mode, settings.dpi, least)?;
        pages += 1;
        page.header.page = pages;
        context.page(&page.header, &page.bytes).map_err(Ended::Page)?;
    }
    Ok((pages, false))
}

/// The next page; `None` when there are no more.
fn next(
    transport: &Transport,
    path: &str,
    pages: u32,
    source: ScanSource,
    context: &dyn TaskContext,
) -> Result<Option<Answer>, EsclError> {
    const DURING: &str = "NextDocument";
    loop {
        let answer =
            transport.page(format!("{path}/{DURING}"), &|| stop(context)).map_err(|error| match error {
                EsclError::BrokenOff(_) => EsclError::Incomplete("the connection broke off"),
                EsclError::TooLong => EsclError::TooLarge,
                other => other,
            })?;
        if answer.status == 200 {
            return Ok(Some(answer));
        }
        let now = status(transport, &|| stop(context))?;
        if source != ScanSource::Flatbed
            && let Some(trouble) = now.feeder_trouble()
        {
            return Err(trouble);
        }
        match answer.status {
            404 | 410 => return ended(&now, path, pages, source),
            // Not ready yet: scanners warm up, or have not drawn the sheet in.
            503 => {
                let begun = context.remaining();
                while begun.saturating_sub(context.remaining()) < NOT_READY_PAUSE {
                    if let Some(end) = stop(context) {
                        return Err(end);
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
            status => return Err(EsclError::Status { status, during: DURING }),
        }
    }
}

/// What "no more pages" means.
fn ended(
    now: &ScannerStatus,
    path: &str,
    pages: u32,
    source: ScanSource,
) -> Result<Option<Answer>, EsclError> {
    if matches!(now.job(path), Some(JobState::Aborted | JobState::Canceled)) {
        return Err(EsclError::JobLost);
    }
    if pages > 0 {
        return Ok(None);
    }
    if source != ScanSource::Flatbed && now.adf == Some(AdfState::Empty) {
        return Err(EsclError::Feeder(AdfState::Empty));
    }
    Err(EsclError::JobLost)
}
