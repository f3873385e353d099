//! Consultation without a case (咨询): what a situation needs, as a list, on paper, or for a telephone. Works without
//! the network and keeps nothing.

use crate::Terminal;
use crate::error::{Own, Result};
use crate::forms::{ONE_TIME_NOTICE, Told, consultation_notice};
use crate::printing::Paper;
use crate::rpc::ChangeSource;
use crate::rpc::request::{Consult, Empty, PrintConsultation};
use crate::rpc::view::{
    ApplicantMode, Consultation, NeededView, OperationView, OtherView, PreviewView, QuestionView, Shell,
};
use domain::consult::{MOST_BYTES, Needed, asked, kept, lacking, needed, plain_text};
use domain::ids::MaterialId;
use domain::matter::{Material, MatterDefinition};
use domain::situation::Answers;
use qrcode::{Color, EcLevel, QrCode};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is asked about.
struct Talk {
    definition: Arc<MatterDefinition>,
    answers: Answers,
    has: BTreeSet<MaterialId>,
}

impl Talk {
    /// The situation in words.
    fn situation(&self) -> String {
        let said = |question: &domain::matter::Question| {
            let given = self.answers.get(&question.id)?;
            let answer = question.answers.iter().find(|one| one.id == *given)?;
            Some(format!("{}{}", question.text, answer.text))
        };
        self.definition.questions.iter().filter_map(said).collect::<Vec<_>>().join("；")
    }
}

/// A material in one line for a telephone.
fn point(one: &Needed<'_>) -> String {
    let mut words = one.material.name.clone();
    for other in &one.or {
        words.push_str(&format!("，或{}", other.name));
    }
    if !one.certain {
        words.push_str("（视具体情况）");
    }
    words
}

/// A code as rows of modules; none for a text that is too long for any.
fn code(text: &str) -> Vec<String> {
    let Ok(code) = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M) else {
        return Vec::new();
    };
    let width = code.width();
    let sign = |colour: &Color| if *colour == Color::Dark { '1' } else { '0' };
    code.to_colors().chunks(width).map(|row| row.iter().map(sign).collect()).collect()
}

impl Terminal {
    fn talk(&self, request: &Consult) -> Result<Talk> {
        self.actor()?;
        let (_, definition) = self.known_matter(&request.matter)?;
        let answers = kept(&definition, &request.answers);
        Ok(Talk { definition, answers, has: request.has.iter().cloned().collect() })
    }

    pub(crate) fn consult(&self, request: Consult) -> Result<Consultation> {
        let talk = self.talk(&request)?;
        let definition = &talk.definition;
        let questions: Vec<QuestionView> = asked(definition, &talk.answers)
            .into_iter()
            .map(|one| QuestionView {
                id: one.id.clone(),
                text: one.text.clone(),
                answers: one.answers.clone(),
                answer: talk.answers.get(&one.id).cloned(),
            })
            .collect();
        let wanted = needed(definition, &talk.answers);
        let lacks = lacking(&wanted, &talk.has);
        let text = self.notice_text(&talk, &lacks)?;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Consultation {
            matter: definition.id.clone(),
            name: definition.name.clone(),
            guide: definition.guide.clone(),
            open: count(questions.iter().filter(|one| one.answer.is_none()).count()),
            questions,
            materials: wanted.iter().map(|one| needed_view(one, &talk.has)).collect(),
            lacking: count(lacks.len()),
            code: code(&text),
            text,
        })
    }

    /// What a telephone shows: no address, no person, nothing to fetch.
    fn notice_text(&self, talk: &Talk, lacks: &[Needed<'_>]) -> Result<String> {
        let unit = self.actor()?.post.unit;
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let name = current.roster.unit(&unit).map(|one| one.name.clone()).unwrap_or_default();
        let mut head = vec!["一次性告知单".to_owned(), format!("办理：{}", talk.definition.short)];
        let situation = talk.situation();
        if !situation.is_empty() {
            head.push(format!("情况：{situation}"));
        }
        head.push(match (lacks.is_empty(), talk.has.is_empty()) {
            (true, true) => "不用交材料，带身份证。".to_owned(),
            (true, false) => "材料已齐，可以来办。".to_owned(),
            (false, true) => format!("要带 {} 项：", lacks.len()),
            (false, false) => format!("您还缺 {} 项：", lacks.len()),
        });
        let points: Vec<String> = lacks.iter().map(point).collect();
        let mut foot = Vec::new();
        if !talk.definition.guide.presence.is_empty() {
            foot.push(format!("到场：{}", talk.definition.guide.presence));
        }
        let phone = self.paper_words.phone(&unit);
        foot.push([name, phone.unwrap_or_default()].join(" ").trim().to_owned());
        Ok(plain_text(&head, &points, &foot, MOST_BYTES))
    }

    fn consultation_paper(&self, request: &Consult) -> Result<Paper> {
        let talk = self.talk(request)?;
        let actor = self.actor()?;
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let wanted = needed(&talk.definition, &talk.answers);
        let lacks = lacking(&wanted, &talk.has);
        if lacks.is_empty() {
            return Err(Own::NothingLacking.into());
        }
        let brought: Vec<&Material> =
            talk.definition.materials.iter().filter(|one| talk.has.contains(&one.id)).collect();
        let unit = current.roster.unit(&actor.post.unit).ok_or(Own::ProgramFault)?;
        let now = self.clock.now();
        let data = consultation_notice(&Told {
            words: &self.paper_words,
            unit: (&actor.post.unit, &unit.name),
            window: &self.settings.profile,
            officer: &actor.name,
            definition: &talk.definition,
            situation: talk.situation(),
            lacking: &lacks,
            brought: &brought,
            now,
            demo: self.settings.demo,
        });
        Ok(Paper { template: ONE_TIME_NOTICE, title: "一次性告知单", data, now, roll: false })
    }

    pub(crate) fn preview_consultation(&self, request: Consult) -> Result<PreviewView> {
        let paper = self.consultation_paper(&request)?;
        self.preview_paper(&paper)
    }

    pub(crate) fn print_consultation(&self, request: PrintConsultation) -> Result<OperationView> {
        let paper = self.consultation_paper(&request.consult)?;
        self.print_paper(request.command, paper)
    }

    /// Shows the notice as a code on the applicant screen, until the next thing is shown there.
    pub(crate) fn show_consultation(&self, request: Consult) -> Result<Shell> {
        let told = self.consult(request)?;
        if told.code.is_empty() {
            return Err(Own::NothingLacking.into());
        }
        {
            let mut state = self.state();
            state.released = None;
            state.thanks = None;
            state.notice = Some(ApplicantMode::Notice { title: told.name, text: told.text, code: told.code });
        }
        self.changed(ChangeSource::Window, ["applicant"]);
        self.shell(Empty {})
    }

    /// Takes the notice from the applicant screen.
    pub(crate) fn hide_consultation(&self, _: Empty) -> Result<Shell> {
        self.actor()?;
        self.clear_applicant();
        self.shell(Empty {})
    }
}

fn needed_view(one: &Needed<'_>, has: &BTreeSet<MaterialId>) -> NeededView {
    NeededView {
        id: one.material.id.clone(),
        name: one.material.name.clone(),
        plain: one.material.plain.clone(),
        because: one.material.because.clone(),
        rule: one.material.rule,
        certain: one.certain,
        tolerance: one.material.tolerance,
        has: has.contains(&one.material.id),
        or: one
            .or
            .iter()
            .map(|other| OtherView {
                id: other.id.clone(),
                name: other.name.clone(),
                has: has.contains(&other.id),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a code as a telephone does, from pixels.
    fn read(rows: &[String]) -> String {
        const SCALE: usize = 4;
        const QUIET: usize = 4;
        let side = (rows.len() + 2 * QUIET) * SCALE;
        let dark = |x: usize, y: usize| {
            let place = |at: usize| (at / SCALE).checked_sub(QUIET);
            let (Some(column), Some(row)) = (place(x), place(y)) else { return false };
            rows.get(row).is_some_and(|row| row.as_bytes().get(column) == Some(&b'1'))
        };
        let picture = |x: usize, y: usize| if dark(x, y) { 0 } else { 255 };
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, picture);
        picture.detect_grids()[0].decode().unwrap().1
    }

    #[test]
    fn another_reader_finds_the_words_in_the_code() {
        let long = "您还缺《居民户口簿》".repeat(33);
        for text in ["一次性告知单\n要带：1. 结婚证", &long[..990]] {
            assert!(text.len() <= MOST_BYTES);
            assert_eq!(read(&code(text)), text);
        }
        assert!(code(&"长".repeat(2000)).is_empty());
    }
}
