//! The operations on one printer or queue that the product needs.

use std::time::Duration;

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode, JobState, PrintParameters, Sides};
use ipp::attribute::{IppAttribute, IppAttributeGroup};
use ipp::model::{DelimiterTag, IppVersion, Operation};
use ipp::request::IppRequestResponse;
use ipp::value::IppValue;

use super::error::PrintError;
use super::reason::all_faults;
use super::transport::{Address, exchange, parse};

/// Time limit of a short question: below the grace that a host is given after a deadline (6 s), so that a mute printer is
/// the printer's fault and not the host's.
const ASK_LIMIT: Duration = Duration::from_secs(5);
/// Time limit for handing over a document: slow printers take it only as fast as they print.
const SEND_LIMIT: Duration = Duration::from_secs(120);
/// What the printer and other users of the queue see as the job's owner. Never the officer's name.
const USER: &str = "window-terminal";
/// `job-name` is a name(MAX): at most 255 bytes (RFC 8011 §5.1.3).
const TITLE_LIMIT: usize = 255;
/// IPP 2.0: every printer since 2009; older ones answer 1.1 requests of the same form alike.
const VERSION: IppVersion = IppVersion::v2_0();

/// What a printer says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PrinterAttributes {
    /// `printer-info`, else `printer-name`.
    pub name: String,
    /// `printer-make-and-model`.
    pub model: String,
    /// `printer-state`: 3 idle, 4 processing, 5 stopped; 0 if it does not tell.
    pub state: i32,
    /// `printer-state-reasons`, `none` left out.
    pub reasons: Vec<String>,
    /// `printer-is-accepting-jobs`.
    pub accepting: bool,
    /// `document-format-supported`.
    pub formats: Vec<String>,
    /// `media-supported`.
    pub media: Vec<String>,
    /// `media-ready`.
    pub media_ready: Vec<String>,
    /// It prints both sides.
    pub duplex: bool,
    /// It prints in colour.
    pub colour: bool,
}

impl PrinterAttributes {
    /// Reads the answer to Get-Printer-Attributes: the body of an HTTP response (RFC 8010 §3.1).
    ///
    /// # Errors
    /// [`PrintError::Garbage`], [`PrintError::Refused`].
    pub fn of_answer(body: Vec<u8>) -> Result<Self, PrintError> {
        Self::of(&accepted(parse(body)?)?)
    }

    fn of(answer: &IppRequestResponse) -> Result<Self, PrintError> {
        let group = group(answer, DelimiterTag::PrinterAttributes)?;
        let texts = |name| group.get(name).map(|attribute| texts(attribute.value())).unwrap_or_default();
        let first = |name| texts(name).into_iter().next().filter(|text: &String| !text.is_empty());
        let flag = |name| group.get(name).and_then(|attribute| attribute.value().as_boolean().copied());
        Ok(Self {
            name: first("printer-info").or_else(|| first("printer-name")).unwrap_or_default(),
            model: first("printer-make-and-model").unwrap_or_default(),
            state: number(group, "printer-state").unwrap_or(0),
            reasons: reasons(group, "printer-state-reasons"),
            accepting: flag("printer-is-accepting-jobs").unwrap_or(true),
            formats: texts("document-format-supported"),
            media: texts("media-supported"),
            media_ready: texts("media-ready"),
            duplex: texts("sides-supported").iter().any(|sides| sides.starts_with("two-sided")),
            colour: flag("color-supported").unwrap_or(false),
        })
    }

    /// What is wrong with the printer, by its own words; nothing if it is ready.
    #[must_use]
    pub fn faults(&self, device: &DeviceId) -> Vec<Fault> {
        let mut faults: Vec<Fault> =
            all_faults(&self.reasons).into_iter().map(|fault| fault.at(device)).collect();
        let bare = |code| Fault::new(code, DeviceClass::Printer).at(device);
        if !self.accepting {
            faults.push(bare(FaultCode::NotAcceptingJobs));
        }
        // 5: stopped (RFC 8011 §5.4.11).
        if self.state == 5 && faults.is_empty() {
            faults.push(bare(FaultCode::PrinterStopped));
        }
        faults
    }
}

/// A job as the printer tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// `job-id`.
    pub id: i32,
    /// `job-state`.
    pub state: JobState,
    /// `job-state-reasons`, `none` left out.
    pub reasons: Vec<String>,
    /// `job-media-sheets-completed`, else `job-impressions-completed`.
    pub pages_done: Option<u32>,
}

impl Job {
    /// Reads the answer to Print-Job or Get-Job-Attributes: the body of an HTTP response.
    ///
    /// # Errors
    /// [`PrintError::Garbage`], [`PrintError::Refused`].
    pub fn of_answer(body: Vec<u8>) -> Result<Self, PrintError> {
        job(&accepted(parse(body)?)?)
    }
}

/// One printer or queue.
#[derive(Debug, Clone)]
pub struct Queue {
    address: Address,
}

impl Queue {
    /// The queue at `address`: `ipp://…` or `http://…`.
    ///
    /// # Errors
    /// [`PrintError::Address`].
    pub fn new(address: &str) -> Result<Self, PrintError> {
        Ok(Self { address: Address::parse(address)? })
    }

    /// The address without anything secret.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.address.shown
    }

    /// Asks the printer what it is and how it is (Get-Printer-Attributes).
    ///
    /// # Errors
    /// See [`PrintError`].
    pub fn attributes(&self, stop: &dyn Fn() -> bool) -> Result<PrinterAttributes, PrintError> {
        let mut request = self.request(Operation::GetPrinterAttributes)?;
        let wanted = [
            "printer-info",
            "printer-name",
            "printer-make-and-model",
            "printer-state",
            "printer-state-reasons",
            "printer-is-accepting-jobs",
            "document-format-supported",
            "media-supported",
            "media-ready",
            "sides-supported",
            "color-supported",
        ];
        add_wanted(&mut request, &wanted)?;
        let answer = self.ask(&request, &[], ASK_LIMIT, stop)?;
        PrinterAttributes::of(&answer)
    }

    /// Hands a document over (Print-Job).
    ///
    /// # Errors
    /// See [`PrintError`]; after [`PrintError::Broken`] and [`PrintError::Stopped`] the printer may have it.
    pub(crate) fn print(
        &self,
        parameters: &PrintParameters,
        document: &[u8],
        stop: &dyn Fn() -> bool,
    ) -> Result<Job, PrintError> {
        let mut request = self.request(Operation::PrintJob)?;
        add(&mut request, "requesting-user-name", name(USER)?);
        add(&mut request, "job-name", name(&parameters.title)?);
        add(&mut request, "document-format", mime(&parameters.format)?);
        let mut template = |name: &'static str, value| {
            request.attributes_mut().add(DelimiterTag::JobAttributes, attribute(name, value));
        };
        if parameters.copies != 1 {
            template("copies", IppValue::Integer(i32::from(parameters.copies)));
        }
        if let Some(media) = &parameters.media {
            template("media", keyword(media)?);
        }
        match parameters.sides {
            Sides::OneSided => {}
            Sides::TwoSidedLongEdge => template("sides", keyword("two-sided-long-edge")?),
            Sides::TwoSidedShortEdge => template("sides", keyword("two-sided-short-edge")?),
        }
        if let Some(tray) = &parameters.tray {
            let member = "media-source".try_into().map_err(|_| PrintError::Request { reason: "tray" })?;
            template("media-col", IppValue::Collection([(member, keyword(tray)?)].into()));
        }
        let answer = self.ask(&request, document, SEND_LIMIT, stop)?;
        job(&answer)
    }

    /// Asks how a job stands (Get-Job-Attributes).
    ///
    /// # Errors
    /// See [`PrintError`].
    pub(crate) fn job(&self, id: i32, stop: &dyn Fn() -> bool) -> Result<Job, PrintError> {
        let mut request = self.request(Operation::GetJobAttributes)?;
        add(&mut request, "job-id", IppValue::Integer(id));
        add(&mut request, "requesting-user-name", name(USER)?);
        let wanted = [
            "job-id",
            "job-state",
            "job-state-reasons",
            "job-media-sheets-completed",
            "job-impressions-completed",
        ];
        add_wanted(&mut request, &wanted)?;
        job(&self.ask(&request, &[], ASK_LIMIT, stop)?)
    }

    /// Takes a job back (Cancel-Job).
    ///
    /// # Errors
    /// See [`PrintError`]; `client-error-not-possible` if the job is at its end already.
    pub(crate) fn cancel(&self, id: i32, limit: Duration) -> Result<(), PrintError> {
        let mut request = self.request(Operation::CancelJob)?;
        add(&mut request, "job-id", IppValue::Integer(id));
        add(&mut request, "requesting-user-name", name(USER)?);
        self.ask(&request, &[], limit, &|| false).map(|_| ())
    }

    fn request(&self, operation: Operation) -> Result<IppRequestResponse, PrintError> {
        IppRequestResponse::new(VERSION, operation, Some(self.address.printer.clone()))
            .map_err(|_| PrintError::Address { reason: "too long".into() })
    }

    fn ask(
        &self,
        request: &IppRequestResponse,
        document: &[u8],
        limit: Duration,
        stop: &dyn Fn() -> bool,
    ) -> Result<IppRequestResponse, PrintError> {
        accepted(exchange(&self.address, request, document, limit, stop)?)
    }
}

/// The answer, if the printer did what it was asked.
fn accepted(answer: IppRequestResponse) -> Result<IppRequestResponse, PrintError> {
    let status = answer.header().operation_or_status.cast_unsigned();
    // 0x0000 to 0x00ff: successful.
    if status > 0xFF {
        let unsupported = answer
            .attributes()
            .groups_of(DelimiterTag::UnsupportedAttributes)
            .flat_map(IppAttributeGroup::attributes)
            .map(|attribute| attribute.name().as_str().to_owned())
            .collect();
        return Err(PrintError::Refused { status, unsupported });
    }
    Ok(answer)
}

fn attribute(name: &'static str, value: IppValue) -> IppAttribute {
    IppAttribute::new(ipp::attribute::IppAttributeName::const_new(name), value)
}

fn add(request: &mut IppRequestResponse, name: &'static str, value: IppValue) {
    request.attributes_mut().add(DelimiterTag::OperationAttributes, attribute(name, value));
}

fn add_wanted(request: &mut IppRequestResponse, names: &[&str]) -> Result<(), PrintError> {
    let names = names.iter().map(|name| keyword(name)).collect::<Result<Vec<_>, _>>()?;
    add(request, "requested-attributes", IppValue::Array(names));
    Ok(())
}

fn keyword(text: &str) -> Result<IppValue, PrintError> {
    Ok(IppValue::Keyword(text.try_into().map_err(|_| PrintError::Request { reason: "keyword" })?))
}

fn mime(text: &str) -> Result<IppValue, PrintError> {
    Ok(IppValue::MimeMediaType(text.try_into().map_err(|_| PrintError::Request { reason: "format" })?))
}

fn name(text: &str) -> Result<IppValue, PrintError> {
    if text.is_empty() || text.len() > TITLE_LIMIT || text.chars().any(char::is_control) {
        return Err(PrintError::Request { reason: "title" });
    }
    Ok(IppValue::NameWithoutLanguage(text.try_into().map_err(|_| PrintError::Request { reason: "title" })?))
}

fn group(answer: &IppRequestResponse, tag: DelimiterTag) -> Result<&IppAttributeGroup, PrintError> {
    answer
        .attributes()
        .first_of(tag)
        .ok_or_else(|| PrintError::Garbage { reason: "no attributes in the answer".into() })
}

fn number(group: &IppAttributeGroup, name: &str) -> Option<i32> {
    match group.get(name)?.value() {
        IppValue::Integer(number) | IppValue::Enum(number) => Some(*number),
        _ => None,
    }
}

fn reasons(group: &IppAttributeGroup, name: &str) -> Vec<String> {
    let mut reasons = group.get(name).map(|attribute| texts(attribute.value())).unwrap_or_default();
    reasons.retain(|reason| reason != "none");
    reasons
}

/// The texts of a value, one or several, of any text-like kind.
fn texts(value: &IppValue) -> Vec<String> {
    match value {
        IppValue::Array(values) => values.iter().flat_map(texts).collect(),
        IppValue::Keyword(text) => vec![text.as_str().to_owned()],
        IppValue::NameWithoutLanguage(text) | IppValue::NameWithLanguage { name: text, .. } => {
            vec![text.as_str().to_owned()]
        }
        IppValue::TextWithoutLanguage(text) | IppValue::TextWithLanguage { text, .. } => {
            vec![str::to_owned(text)]
        }
        IppValue::MimeMediaType(text) => vec![text.as_str().to_owned()],
        _ => Vec::new(),
    }
}

fn job(answer: &IppRequestResponse) -> Result<Job, PrintError> {
    let missing = |what: &str| PrintError::Garbage { reason: format!("no {what} in the answer") };
    let group = group(answer, DelimiterTag::JobAttributes)?;
    let state = match number(group, "job-state").ok_or_else(|| missing("job-state"))? {
        3 => JobState::Pending,
        4 => JobState::Held,
        5 => JobState::Processing,
        6 => JobState::Stopped,
        7 => JobState::Cancelled,
        8 => JobState::Aborted,
        9 => JobState::Completed,
        _ => return Err(missing("known job-state")),
    };
    Ok(Job {
        id: number(group, "job-id").ok_or_else(|| missing("job-id"))?,
        state,
        reasons: reasons(group, "job-state-reasons"),
        pages_done: number(group, "job-media-sheets-completed")
            .or_else(|| number(group, "job-impressions-completed"))
            .and_then(|pages| u32::try_from(pages).ok()),
    })
}
