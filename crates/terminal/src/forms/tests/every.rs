//! Every paper of every matter: played in each situation to each end, its data checked against the template's sheet.

use super::bench::{CASE_NUMBER, CATALOGUE, assets};
use super::register::tell;
use crate::error::Result;
use crate::forms::{PaperSource, PaperWords, citizen_lacks, paper_data};
use check_assets::people;
use check_assets::play::play_watched;
use domain::case::Case;
use domain::decide::printable;
use domain::event::EventTime;
use domain::ids::ContentHash;
use domain::matter::{Material, MatterDefinition, Print, PrintMoment};
use domain::person::{Actor, Role, Roster};
use jiff::civil::Date;
use paper::{TemplateId, TemplateSheet};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Matters are shared out over so many tests, each a process of its own.
pub(super) const SHARES: usize = 4;

/// A paper with its data, as a play brought it about.
pub(super) struct Laid {
    pub(super) matter: String,
    pub(super) document: String,
    pub(super) template: String,
    pub(super) data: Value,
}

impl Laid {
    /// How much stands on it: the longest is the one that runs over first.
    pub(super) fn length(&self) -> usize {
        self.data.to_string().chars().count()
    }
}

/// What the plays of one matter found.
#[derive(Default)]
struct Found {
    /// The longest of every document, by state and end of its case.
    laid: BTreeMap<String, Laid>,
    faults: BTreeSet<String>,
    seen: BTreeSet<String>,
}

struct Desk<'a> {
    definition: &'a MatterDefinition,
    roster: &'a Roster,
    words: &'a PaperWords,
    sheets: &'a BTreeMap<String, TemplateSheet>,
}

impl Desk<'_> {
    /// The case as it is, and beside it what a play never does: taken in without the network, or with nothing brought.
    fn look(&self, case: &Case, time: EventTime, found: &mut Found) {
        let words = |one: &Case| format!("{:?} {} {}", one.answers, one.state_words(), one.materials.len());
        if !found.seen.insert(words(case)) {
            return;
        }
        let mut case = case.clone();
        tell(&mut case, self.definition);
        if let Some(submission) = &mut case.submission {
            submission.intake_number.get_or_insert_with(|| "299990151000020260000013".to_owned());
            submission.accepted_number = Some(CASE_NUMBER.to_owned());
        } else {
            let mut bare = case.clone();
            bare.materials.clear();
            bare.signatures.clear();
            bare.course.tolerance = None;
            self.papers_of(&bare, time, found);
        }
        self.papers_of(&case, time, found);
    }

    fn papers_of(&self, case: &Case, time: EventTime, found: &mut Found) {
        for print in &self.definition.prints {
            if !printable(print.at, case) {
                continue;
            }
            let lacks = citizen_lacks(self.definition, case, &CATALOGUE.codes, time.day());
            if print.template == "one-time-notice" && !lacks {
                continue;
            }
            let state = case.state_words();
            match self.data(case, time, print) {
                Ok(data) => {
                    if let Err(error) = self.sheets[&print.template].check(&data) {
                        found.faults.insert(format!("{}: {error}", print.document));
                    }
                    let laid = Laid {
                        matter: self.definition.id.to_string(),
                        document: print.document.clone(),
                        template: print.template.clone(),
                        data,
                    };
                    let known = found.laid.get(&print.document);
                    if known.is_none_or(|one| one.length() < laid.length()) {
                        found.laid.insert(print.document.clone(), laid);
                    }
                }
                Err(error) => drop(found.faults.insert(format!("{}: {error} ({state})", print.document))),
            }
        }
    }

    fn data(&self, case: &Case, now: EventTime, print: &Print) -> Result<Value> {
        let strokes = |_: ContentHash| -> Result<Value> {
            let point = |x: u32| json!({ "x": x, "y": 40 + x % 60, "pressure": 512, "t": x * 8 });
            let line: Vec<Value> = (10..380).step_by(10).map(point).collect();
            Ok(json!({ "width": 400, "height": 160, "strokes": [line] }))
        };
        let officer: Actor = people::actor("F0001", Role::Auxiliary).unwrap();
        let source = PaperSource {
            case,
            definition: self.definition,
            codes: &CATALOGUE.codes,
            roster: self.roster,
            words: self.words,
            actor: &officer,
            now,
            demo: true,
            reprint: 0,
            day: now.day(),
            window: "柜台一",
            strokes: &strokes,
        };
        paper_data(&source, print)
    }
}

/// The units of the play under names as long as real ones.
fn roster() -> Roster {
    let mut roster = people::roster();
    for unit in &mut roster.units {
        "江城市公安局城关分局城关派出所".clone_into(&mut unit.name);
    }
    roster
}

/// The papers of one share of the matters, the longest of each; what is wrong with any is a panic.
pub(super) fn lay_out(share: usize) -> Vec<Laid> {
    let words = PaperWords::read(&assets()).unwrap();
    let roster = roster();
    let templates: BTreeSet<&str> = CATALOGUE
        .matters
        .values()
        .flat_map(|one| &one.definition.prints)
        .map(|one| one.template.as_str())
        .collect();
    let sheets: BTreeMap<String, TemplateSheet> = templates
        .into_iter()
        .map(|name| {
            let id = TemplateId::new(name).unwrap();
            (name.to_owned(), TemplateSheet::load(&assets().join("templates"), &id).unwrap())
        })
        .collect();
    let mut laid = Vec::new();
    let mut wrong = Vec::new();
    for (_, matter) in CATALOGUE.matters.iter().enumerate().filter(|(at, _)| at % SHARES == share) {
        let definition = &matter.1.definition;
        let desk = Desk { definition, roster: &roster, words: &words, sheets: &sheets };
        let found = RefCell::new(Found::default());
        let played = play_watched(definition, &CATALOGUE, Date::constant(2026, 11, 23), &|case, time| {
            desk.look(case, time, &mut found.borrow_mut());
        });
        wrong.extend(played.faults.iter().map(|fault| format!("{} play: {fault}", definition.id)));
        let found = found.into_inner();
        wrong.extend(found.faults.iter().map(|fault| format!("{} {fault}", definition.id)));
        for print in &definition.prints {
            if !found.laid.contains_key(&print.document) && !never(definition, print) {
                wrong.push(format!("{} {}: never came up", definition.id, print.document));
            }
        }
        laid.extend(found.laid.into_values());
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    laid
}

/// Papers that no play of the matter brings about, for a reason of the matter itself.
fn never(definition: &MatterDefinition, print: &Print) -> bool {
    use domain::flow::StepKind;
    use domain::matter::MaterialRule;
    let reviewed = definition
        .flows()
        .flat_map(|flow| &flow.steps)
        .any(|step| matches!(step.kind, StepKind::Review | StepKind::Investigate));
    let asked = |rule: MaterialRule| matches!(rule, MaterialRule::Required | MaterialRule::OneOf);
    let brings = definition.materials.iter().any(|one| asked(one.rule));
    // A play brings the first of those that may stand for one another.
    let first =
        |one: &Material| definition.materials.iter().find(|other| other.group == one.group) == Some(one);
    let tolerates = definition.materials.iter().any(|one| {
        one.tolerance && (one.rule == MaterialRule::Required || one.rule == MaterialRule::OneOf && first(one))
    });
    match print.at {
        PrintMoment::Refused => !reviewed,
        PrintMoment::Supplement => !reviewed || !brings,
        PrintMoment::Promised => !tolerates,
        PrintMoment::Terminated => !tolerates && (!reviewed || !brings),
        _ => false,
    }
}
