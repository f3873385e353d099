//! Papers: made by the paper worker, kept, printed, recorded. *Printed* only after the printer said so.

use crate::Terminal;
use crate::error::{Own, Result};
use crate::forms::{ONE_TIME_NOTICE, PaperSource, citizen_lacks, paper_data};
use crate::operation::Stop;
use crate::rpc::ChangeSource;
use crate::rpc::request::{PreviewPrint, PrintDocument};
use crate::rpc::view::{OperationView, PreviewView};
use domain::cbor;
use domain::command::Command;
use domain::decide::{blank_is_right, printable};
use domain::event::PrintedDocument;
use domain::ids::{CaseId, CommandId, ContentHash};
use domain::refusal::Refusal;
use driver_contract::{
    Capabilities, DeviceClass, DeviceInfo, HostClient, JobState, JobStatus, PrintParameters, Region, Sides,
};
use gm::sm3;
use paper::{MissingGlyphs, PaperError, PrintOrder, PrintSet, Rendered, TemplateId};
use std::sync::Arc;
use std::time::Duration;
use store::table;

/// A job may wait for paper so long before it is taken back.
const PRINT_LIMIT: Duration = Duration::from_secs(10 * 60);
/// Previews kept in memory for the window; never on disk.
const PREVIEWS: usize = 4;

struct Made {
    rendered: Rendered,
    template: String,
    title: String,
    /// The same as dots, for a printer that takes nothing else.
    picture: Option<Vec<u8>>,
}

/// A paper without a case.
pub(crate) struct Paper {
    pub(crate) template: &'static str,
    pub(crate) title: &'static str,
    pub(crate) data: serde_json::Value,
    pub(crate) now: domain::event::EventTime,
    /// It is set for a roll, and goes out as a picture.
    pub(crate) roll: bool,
}

/// A printer with its host.
pub(crate) type Printer = (Arc<HostClient>, DeviceInfo);

/// Dots of a millimetre on a receipt printer: 203 to the inch, as nearly all of them have.
const ROLL_DOTS_PER_MILLIMETRE: u16 = 8;

/// Whether a printer prints slips on a roll, and takes nothing but pictures.
pub(crate) fn is_roll_printer(device: &DeviceInfo) -> bool {
    let Capabilities::Printer { formats, media, .. } = &device.capabilities else { return false };
    let takes = |wanted: &str| formats.iter().any(|format| format == wanted);
    takes("image/png") && !takes("application/pdf") && media.iter().any(|name| name.starts_with("roll_"))
}

/// Printings without a case that are remembered: more than an officer repeats by pressing a key twice.
const PRINTINGS: usize = 16;

impl Terminal {
    fn make_paper(&self, paper: &Paper, stop: &Stop) -> Result<Made> {
        let template = TemplateId::new(paper.template.to_owned())?;
        let print_set = self.paper.current_print_set(&template, paper.now.trusted / 1000)?;
        let data = paper.data.clone();
        let order = PrintOrder { template, data, print_set, missing_glyphs: MissingGlyphs::Refuse };
        let rendered = self.paper.render(&order, stop.paper())?;
        let picture = match paper.roll {
            true => Some(self.paper.picture(&order, ROLL_DOTS_PER_MILLIMETRE, stop.paper())?),
            false => None,
        };
        Ok(Made { rendered, template: paper.template.to_owned(), title: paper.title.to_owned(), picture })
    }

    /// Shows a paper without a case.
    pub(crate) fn preview_paper(&self, paper: &Paper) -> Result<PreviewView> {
        let made = self.make_paper(paper, &Stop::default())?;
        Ok(self.keep_preview(made))
    }

    /// Prints a paper without a case. Nothing of it is kept.
    pub(crate) fn print_paper(&self, command: CommandId, paper: Paper) -> Result<OperationView> {
        self.print_on(command, paper, None)
    }

    /// Prints on this printer, whichever else is the usual one.
    pub(crate) fn print_paper_at(
        &self,
        command: CommandId,
        paper: Paper,
        at: Printer,
    ) -> Result<OperationView> {
        self.print_on(command, paper, Some(at))
    }

    fn print_on(&self, command: CommandId, paper: Paper, at: Option<Printer>) -> Result<OperationView> {
        let before = self.state().printings.iter().find(|(one, _)| *one == command).map(|(_, id)| id.clone());
        if let Some(operation) = before {
            return self.operation(crate::rpc::request::OneOperation { operation });
        }
        let view = self.begin(None, "正在打印", move |terminal, id, stop| {
            terminal.progress(id, "正在制作");
            let made = terminal.make_paper(&paper, stop)?;
            terminal.progress(id, "正在送往打印机");
            let at = at.map_or_else(|| terminal.device(DeviceClass::Printer), Ok)?;
            let (_, status) = terminal.send_to(&at, made.title.clone(), &made, id)?;
            finished(&status)?;
            Ok(format!("{}已打印", made.title))
        })?;
        let mut state = self.state();
        while state.printings.len() >= PRINTINGS {
            state.printings.pop_front();
        }
        state.printings.push_back((command, view.id.clone()));
        drop(state);
        Ok(view)
    }

    fn keep_preview(&self, made: Made) -> PreviewView {
        let id = ContentHash(sm3(&made.rendered.pdf).0);
        let mut state = self.state();
        let previewed = &mut state.previewed;
        previewed.retain(|(one, _)| *one != id);
        while previewed.len() >= PREVIEWS {
            previewed.pop_front();
        }
        previewed.push_back((id, made.rendered.pdf));
        PreviewView { pdf: id, pages: made.rendered.pages }
    }

    fn make(&self, case: CaseId, document: &str, reprint: bool, stop: &Stop) -> Result<Made> {
        let actor = self.actor()?;
        let loaded = self.load_case(case)?;
        let print = loaded
            .definition
            .prints
            .iter()
            .find(|one| one.document == document)
            .ok_or_else(|| Refusal::UnknownName { name: document.to_owned() })?;
        if !printable(print.at, &loaded.case) {
            return Err(Refusal::NotPrintable.into());
        }
        if !self.online() && !print.offline {
            return Err(Refusal::NotOffline.into());
        }
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let now = self.clock.now();
        if print.template == ONE_TIME_NOTICE
            && !citizen_lacks(&loaded.definition, &loaded.case, &current.codes, now.day())
        {
            return Err(Own::NothingLacking.into());
        }
        let strokes = |id: ContentHash| -> Result<serde_json::Value> {
            let reference = loaded
                .case
                .signatures
                .values()
                .map(|one| &one.strokes)
                .chain(loaded.case.collection.iter().map(|one| &one.strokes))
                .find(|one| one.id == id)
                .ok_or(Own::BlobUnknown)?;
            let bytes = self.blob_content(case, reference)?;
            let mut document: serde_json::Value =
                serde_json::from_slice(&bytes).map_err(|_| Own::BlobUnknown)?;
            // Where it was captured stays with the case; a paper draws lines.
            if let Some(document) = document.as_object_mut() {
                document.remove("provenance");
            }
            Ok(document)
        };
        let before = loaded.case.prints.iter().filter(|(one, _)| one.document == document).count();
        let source = PaperSource {
            case: &loaded.case,
            definition: &loaded.definition,
            codes: &current.codes,
            roster: &current.roster,
            words: &self.paper_words,
            actor: &actor,
            now,
            demo: self.settings.demo,
            reprint: if reprint { u32::try_from(before).unwrap_or(u32::MAX) } else { 0 },
            day: now.day(),
            window: &self.settings.profile,
            strokes: &strokes,
        };
        let data = paper_data(&source, print)?;
        let moment = now.trusted / 1000;
        let (template, print_set, roll) = match self.slip_of(&print.template, moment)? {
            Some((slip, set)) => (slip, set, true),
            None => {
                let sheet = TemplateId::new(print.template.clone())?;
                let set = self.paper.current_print_set(&sheet, moment)?;
                (sheet, set, false)
            }
        };
        let order = PrintOrder { template, data, print_set, missing_glyphs: MissingGlyphs::Refuse };
        let rendered = self.paper.render(&order, stop.paper())?;
        let picture = match roll {
            true => Some(self.paper.picture(&order, ROLL_DOTS_PER_MILLIMETRE, stop.paper())?),
            false => None,
        };
        Ok(Made { rendered, template: print.template.clone(), title: print.title.clone(), picture })
    }

    /// The paper set for a roll, where the printer in use has one and a template of the paper's name with `-roll` behind
    /// it is there.
    fn slip_of(&self, template: &str, moment: i64) -> Result<Option<(TemplateId, PrintSet)>> {
        let roll = self.device(DeviceClass::Printer).is_ok_and(|(_, device)| is_roll_printer(&device));
        if !roll {
            return Ok(None);
        }
        let slip = TemplateId::new(format!("{template}-roll"))?;
        match self.paper.current_print_set(&slip, moment) {
            Ok(set) => Ok(Some((slip, set))),
            Err(PaperError::TemplateUnknown { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn preview_print(&self, request: PreviewPrint) -> Result<PreviewView> {
        let made = self.make(request.case, &request.document, false, &Stop::default())?;
        Ok(self.keep_preview(made))
    }

    pub(crate) fn preview_bytes(&self, id: ContentHash) -> Option<Vec<u8>> {
        self.state().previewed.iter().find(|(one, _)| *one == id).map(|(_, bytes)| bytes.clone())
    }

    pub(crate) fn print_document(&self, request: PrintDocument) -> Result<OperationView> {
        self.actor()?;
        let loaded = self.load_case(request.case)?;
        let printed = loaded.case.prints.iter().any(|(one, _)| one.document == request.document);
        let intake = loaded
            .definition
            .prints
            .iter()
            .any(|one| one.document == request.document && one.at == domain::matter::PrintMoment::Intake);
        if printed && !intake && request.reprint_reason.trim().is_empty() {
            return Err(Refusal::ReasonMissing.into());
        }
        let blank = request.blank.as_deref().unwrap_or_default().trim().to_owned();
        let print = loaded.definition.prints.iter().find(|one| one.document == request.document);
        // Before paper moves: a blank that is spoilt is gone.
        if let Some(print) = print {
            blank_is_right(print, &blank, &loaded.case)?;
        }
        self.begin(Some(request.case), "正在打印", move |terminal, id, stop| {
            let store = terminal.store()?;
            if store.read(|db| table::outbox::has(db, request.command))? {
                return Ok("已打印".to_owned());
            }
            terminal.progress(id, "正在制作");
            let again = printed && !intake;
            let made = terminal.make(request.case, &request.document, again, stop)?;
            terminal.progress(id, "正在送往打印机");
            let (device, status) = terminal.send_to_printer(request.case, &made, id)?;
            finished(&status)?;
            let pdf = terminal.keep_blob(request.case, &made.rendered.pdf, "application/pdf")?;
            let set = ContentHash(sm3(&cbor::to_vec(&made.rendered.print_set)).0);
            let document = PrintedDocument {
                document: request.document.clone(),
                template: made.template.clone(),
                print_set: set,
                pdf,
                printer: device,
                job: status.job_id.to_string(),
                reprint_reason: request.reprint_reason.clone(),
                blank: blank.clone(),
            };
            let content = cbor::to_vec(&made.rendered.print_set);
            store.write(store::Priority::Interactive, move |tx| table::content::put(tx, set, &content))?;
            terminal.act(request.case, request.command, Command::RecordPrint(document), "打印")?;
            terminal.changed(ChangeSource::Device, [format!("case:{}", request.case)]);
            Ok(format!("{}已打印", made.title))
        })
    }

    fn send_to_printer(&self, case: CaseId, made: &Made, operation: &str) -> Result<(String, JobStatus)> {
        let number = self
            .load_case(case)?
            .case
            .submission
            .and_then(|one| one.number.or(one.intake_number))
            .unwrap_or_default();
        // Kind of paper and number only: titles are seen in queues.
        let title = format!("{} {number}", made.title).trim_end().to_owned();
        let usual = self.device(DeviceClass::Printer)?;
        // What is no slip cannot go onto a roll: where there is a printer of sheets as well, it is for that one.
        let sheets = made.picture.is_none() && is_roll_printer(&usual.1);
        let at = if sheets { self.sheet_printer().unwrap_or(usual) } else { usual };
        self.send_to(&at, title, made, operation)
    }

    fn sheet_printer(&self) -> Option<Printer> {
        let lines = self.device_lines();
        let of_sheets = lines
            .into_iter()
            .filter(|one| one.device.class == DeviceClass::Printer && !is_roll_printer(&one.device));
        let device = of_sheets.max_by_key(|one| one.ready)?.device;
        Some((self.host_of(&device)?, device))
    }

    fn send_to(
        &self,
        (host, device): &Printer,
        title: String,
        made: &Made,
        operation: &str,
    ) -> Result<(String, JobStatus)> {
        let (document, format) = match &made.picture {
            Some(picture) => (picture, "image/png"),
            None => (&made.rendered.pdf, "application/pdf"),
        };
        let parameters = PrintParameters {
            document: Region { offset: 0, length: 0 },
            format: format.to_owned(),
            title,
            copies: 1,
            media: None,
            sides: Sides::OneSided,
            tray: None,
        };
        let mut told = String::new();
        let status = host.print(&device.id, document, parameters, PRINT_LIMIT, |status| {
            let words = match (&status.fault, status.state) {
                (Some(fault), _) => fault.sentence(),
                (None, JobState::Pending | JobState::Held) => "排队中".to_owned(),
                (None, JobState::Processing) => "正在出纸".to_owned(),
                (None, JobState::Stopped) => "打印机停下了".to_owned(),
                (None, _) => String::new(),
            };
            if words != told {
                told.clone_from(&words);
                self.progress(operation, words);
            }
        })?;
        Ok((device.name.clone(), status))
    }
}

/// The printer's own word, or why there is no paper.
fn finished(status: &JobStatus) -> Result<()> {
    match (status.state, &status.fault) {
        (JobState::Completed, _) => Ok(()),
        (JobState::Cancelled, _) => Err(Own::PrintCancelled.into()),
        (_, Some(fault)) => Err(fault.clone().into()),
        _ => Err(Own::PrintAborted.into()),
    }
}
