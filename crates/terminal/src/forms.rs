//! What stands on the papers of a case, as the data of their templates.
//!
//! Every word comes from the case, its definition, the roster, the code tables, or the shipped words of papers
//! (`assets/papers/words.toml`). What a template wants and the case does not have is named, never made up.

mod application;
mod blank;
mod course;
mod id_card;
mod notice;
mod proof;
mod receipt;
mod refusal;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use notice::{Told, citizen_lacks, consultation_notice};
pub(crate) use words::PaperWords;

/// Template of the 一次性告知单.
pub(crate) const ONE_TIME_NOTICE: &str = "one-time-notice";

use crate::error::{Result, TerminalError};
use domain::case::{Case, Submission};
use domain::code::CodeTables;
use domain::event::EventTime;
use domain::ids::{ContentHash, FieldPath};
use domain::matter::{Field, MatterDefinition, Print, Section, Signer};
use domain::person::{Actor, PersonRole, Roster};
use domain::requirement::{field_applies, section_applies, signer_applies};
use jiff::civil::Date;
use jiff::tz::Offset;
use paper::{DataProblem, PaperError};
use serde_json::{Value, json};

/// Everything of the case's world that a paper needs; strokes are fetched by the caller's closure.
pub(crate) struct PaperSource<'a> {
    pub(crate) case: &'a Case,
    pub(crate) definition: &'a MatterDefinition,
    pub(crate) codes: &'a CodeTables,
    pub(crate) roster: &'a Roster,
    pub(crate) words: &'a PaperWords,
    /// Who prints.
    pub(crate) actor: &'a Actor,
    pub(crate) now: EventTime,
    /// Whether the paper is marked 演示 / 培训.
    pub(crate) demo: bool,
    /// 0 for a first print, else the count of the reprint.
    pub(crate) reprint: u32,
    pub(crate) day: Date,
    /// Name of the window.
    pub(crate) window: &'a str,
    /// The stored strokes of a signature, by the name of their blob, in the shape of a template's `strokes`.
    pub(crate) strokes: &'a dyn Fn(ContentHash) -> Result<Value>,
}

/// The data of a paper of the case.
///
/// # Errors
/// [`PaperError::DataInvalid`] with the name of what the template wants and the case does not have, and
/// [`PaperError::TemplateUnknown`] for a template that no case has.
pub(crate) fn paper_data(source: &PaperSource<'_>, print: &Print) -> Result<Value> {
    let paper = Paper { source, print };
    let mut data = match print.template.as_str() {
        "receipt" => receipt::receipt(&paper)?,
        "intake-slip" => receipt::intake_slip(&paper)?,
        "collection-slip" => receipt::collection_slip(&paper)?,
        ONE_TIME_NOTICE => notice::one_time_notice(&paper)?,
        "no-proof-notice" => notice::no_proof_notice(&paper)?,
        "application-form" => application::application_form(&paper)?,
        "id-card-application" => id_card::id_card_application(&paper)?,
        "household-proof" => proof::household_proof(&paper)?,
        "refusal-notice" => refusal::refusal_notice(&paper)?,
        "tolerance-promise" => course::promise(&paper)?,
        "supplement-notice" => course::supplement_notice(&paper)?,
        "suspension-notice" => course::suspension_notice(&paper)?,
        "termination-notice" => course::termination_notice(&paper)?,
        other => match blank::blank(&paper)? {
            Some(data) => data,
            None => return Err(PaperError::TemplateUnknown { template: other.to_owned() }.into()),
        },
    };
    data["demo"] = json!(source.demo);
    if source.reprint > 0 {
        data["reprint"] = json!(source.reprint);
    }
    Ok(data)
}

/// One paper being written.
struct Paper<'a, 'b> {
    source: &'a PaperSource<'b>,
    print: &'a Print,
}

impl<'b> Paper<'_, 'b> {
    fn case(&self) -> &'b Case {
        self.source.case
    }

    fn definition(&self) -> &'b MatterDefinition {
        self.source.definition
    }

    fn words(&self) -> &'b PaperWords {
        self.source.words
    }

    /// The fault of a paper whose data has something missing.
    fn missing(&self, place: &str) -> TerminalError {
        PaperError::DataInvalid {
            template: self.print.template.clone(),
            path: place.to_owned(),
            problem: DataProblem::Missing,
        }
        .into()
    }

    /// A text that must be there.
    fn wanted(&self, place: &str, text: Option<String>) -> Result<String> {
        text.filter(|text| !text.trim().is_empty()).ok_or_else(|| self.missing(place))
    }

    fn submission(&self, place: &str) -> Result<&'b Submission> {
        self.case().submission.as_ref().ok_or_else(|| self.missing(place))
    }

    /// The printed number of the acceptance.
    fn case_number(&self, place: &str) -> Result<String> {
        self.wanted(place, self.submission(place)?.accepted_number.clone())
    }

    /// The printed number of the acceptance, if there is one yet.
    fn accepted_number(&self) -> Option<String> {
        self.case().submission.as_ref().and_then(|one| one.accepted_number.clone())
    }

    /// Everybody who signs in this case.
    fn signers(&self) -> impl Iterator<Item = &'b Signer> {
        let case = self.case();
        self.definition().signers.iter().filter(move |one| signer_applies(one, case))
    }

    /// When the acceptance came to count.
    fn accepted(&self, place: &str) -> Result<EventTime> {
        let submission = self.submission(place)?;
        Ok(submission.accepted.unwrap_or(submission.time))
    }

    /// The number of a document that has no series of its own: that of the case, or of its first day and its name
    /// while it has none, with the place of the paper among the papers of the matter. The same at every reprint.
    fn document_number(&self) -> Result<String> {
        let at = self.definition().prints.iter().position(|one| one == self.print).unwrap_or_default() + 1;
        let accepted = self.case().submission.as_ref().and_then(|one| one.accepted_number.as_deref());
        if let Some(number) = accepted {
            return Ok(format!("{number}-{at:02}"));
        }
        let opening = self.case().opening.as_ref().ok_or_else(|| self.missing("number"))?;
        let day = opening.time.day().strftime("%Y%m%d");
        // The last eight digits of the name are its random part.
        let name = self.case().id.0.simple().to_string().to_uppercase();
        Ok(format!("{day}-{}-{at:02}", &name[name.len() - 8..]))
    }

    /// Full name of the unit that took the case in.
    fn unit(&self) -> Result<String> {
        let opening = self.case().opening.as_ref().ok_or_else(|| self.missing("unit"))?;
        self.wanted("unit", self.source.roster.unit(&opening.unit).map(|unit| unit.name.clone()))
    }

    fn phone(&self) -> Result<String> {
        self.wanted("phone", self.office().map(|office| office.phone.clone()))
    }

    fn office(&self) -> Option<&'b words::Office> {
        self.words().office(&self.case().opening.as_ref()?.unit)
    }

    /// Where the counter is.
    fn place(&self) -> Result<Option<String>> {
        let unit = self.unit()?;
        Ok(self.office().map(|office| {
            words::filled(&office.place, &[("unit", unit.as_str()), ("window", self.source.window)])
        }))
    }

    fn query_url(&self, number: &str) -> String {
        words::filled(&self.words().address.query, &[("number", number)])
    }

    fn guide_url(&self) -> String {
        words::filled(&self.words().address.guide, &[("matter", self.definition().id.as_str())])
    }

    /// The sections that the form shows in this case.
    fn sections(&self) -> impl Iterator<Item = &'b Section> {
        let case = self.case();
        self.definition().sections.iter().filter(move |section| section_applies(section, case))
    }

    /// The fields of a section that the form shows in this case.
    fn fields(&self, section: &'b Section) -> impl Iterator<Item = &'b Field> {
        let case = self.case();
        section.fields.iter().filter(move |field| field_applies(field, case))
    }

    /// The value of a field in words.
    fn value(&self, section: &Section, field: &Field) -> Option<String> {
        let path = FieldPath(format!("{}.{}", section.id, field.id));
        let value = domain::compute::shown(field, &path, self.case(), self.source.day)?;
        Some(self.in_words(field, &value))
    }

    /// The name of a code, or the value itself.
    fn in_words(&self, field: &Field, value: &str) -> String {
        let name = field.codes.as_deref().and_then(|table| self.source.codes.name(table, value));
        name.unwrap_or(value).to_owned()
    }

    /// What the form says of a person, by the part of a card that fills the field.
    fn part(&self, person: PersonRole, part: &str) -> Option<String> {
        self.sections().filter(|section| section.person == Some(person)).find_map(|section| {
            let field = self.fields(section).find(|field| field.card.as_deref() == Some(part))?;
            self.value(section, field)
        })
    }

    /// The first field of the form with a name, in words. Papers with boxes of their own find their content so:
    /// `reason`, `validity`, `collection` ….
    fn field(&self, id: &str) -> Option<String> {
        self.sections().filter(|section| !section.table).find_map(|section| {
            let field = self.fields(section).find(|field| field.id == id)?;
            self.value(section, field)
        })
    }

    fn applicant(&self, place: &str) -> Result<String> {
        let read = || Some(self.case().identities.get(&PersonRole::Applicant)?.identity.name.clone());
        self.wanted(place, self.part(PersonRole::Applicant, "name").or_else(read))
    }

    fn agent(&self) -> Option<String> {
        Some(self.case().identities.get(&PersonRole::Agent)?.identity.name.clone())
    }

    /// Whose business it is, when that is not the applicant.
    fn subject(&self, applicant: &str) -> Option<String> {
        let (name, _) = domain::duplicate::person(self.case());
        (!name.is_empty() && name != applicant).then_some(name)
    }

    /// What was promised for later and until when, in one sentence; none when nothing is outstanding.
    fn later(&self, most: usize) -> Option<String> {
        let promised = self.case().course.tolerance.as_ref()?;
        let outstanding = self.case().outstanding();
        let named = self.definition().materials.iter().filter(|one| outstanding.contains(&one.id));
        let names: Vec<String> = named.map(|one| shortened(&one.name, 30)).collect();
        if names.is_empty() {
            return None;
        }
        let until = chinese_day(promised.until);
        let said = |names: &str| {
            words::filled(&self.words().later.receipt, &[("materials", names), ("until", &until)])
        };
        let all = said(&names.join("、"));
        // What does not fit is counted, never cut in the middle: the day has to stand there.
        let short = || said(&format!("{}等 {} 样", names[0], names.len()));
        Some(if all.chars().count() <= most { all } else { short() })
    }

    /// Names of the materials of which there are pages, in the order of the definition.
    fn received(&self) -> impl Iterator<Item = &'b str> {
        let case = self.case();
        self.definition()
            .materials
            .iter()
            .filter(|one| case.materials.get(&one.id).is_some_and(|pages| !pages.is_empty()))
            .map(|one| one.name.as_str())
    }
}

/// A moment as papers write it: `YYYY-MM-DD HH:MM` on the wall clock of China (UTC+8, no summer time).
pub(crate) fn moment(milliseconds: i64) -> String {
    let offset = Offset::constant(8);
    jiff::Timestamp::from_millisecond(milliseconds)
        .map(|moment| offset.to_datetime(moment).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

/// The day of a moment on the calendar of China.
fn day_of(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds)
        .map(|moment| Offset::constant(8).to_datetime(moment).date().to_string())
        .unwrap_or_default()
}

/// A day as a sentence says it: 2026年3月5日.
fn chinese_day(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// A text in at most so many characters. First what stands in brackets goes; the rest is cut with a sign that says so.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let before = text.split('（').next().unwrap_or(text).trim_end();
    if !before.is_empty() && before.chars().count() <= most {
        return before.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
