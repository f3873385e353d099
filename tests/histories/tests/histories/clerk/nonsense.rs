//! Commands that make no sense, by anybody.

use super::{ALL_PERSONS, Idea, Sight, add_page, blob, collect, reading};
use crate::dice::Dice;
use domain::command::Command;
use domain::event::{CheckState, Settlement, ValueSource};
use domain::identity::DocumentKind;
use domain::ids::{CommandId, FieldPath, MaterialId, PageId};
use domain::requirement::signer_applies;

impl Sight<'_> {
    /// Anything by anybody.
    pub fn nonsense(&self, dice: &mut Dice) -> Idea {
        let actor = match dice.below(4) {
            0 => self.anybody(dice),
            1 => self.one_of(&self.at_stage(), dice),
            _ => self.one_of(&self.at_counter(), dice),
        };
        Idea { actor, online: dice.percent(75), command: self.any_command(dice) }
    }

    fn any_command(&self, dice: &mut Dice) -> Command {
        let definition = self.facts.definition;
        let word =
            |dice: &mut Dice| dice.one(&["", "甲", "nothing", "s0", "9999", "\u{0}", "a.b.c"]).to_owned();
        match dice.below(31) {
            0 => Command::Open,
            1 => self.read_identity(dice.one(&ALL_PERSONS), dice),
            2 => {
                let mut command = self.read_identity(dice.one(&ALL_PERSONS), dice);
                if let Command::ReadIdentity { identity, .. } = &mut command {
                    identity.document = DocumentKind::ResidentCard;
                    identity.number = dice.one(&["999901198001010010", "1", "99990119800101001X"]).into();
                }
                command
            }
            3 | 4 => match dice.pick(&definition.questions) {
                Some(question) => {
                    let answer = dice.one(&question.answers).id;
                    Command::Answer { question: question.id.clone(), answer }
                }
                None => Command::Answer { question: word(dice).as_str().into(), answer: word(dice) },
            },
            5 => Command::Answer { question: word(dice).as_str().into(), answer: word(dice) },
            6..=8 => self.any_change(dice),
            9 => {
                let mut path = self.any_path(dice).unwrap_or_else(|| "a.b".into());
                if dice.percent(40) {
                    path = FieldPath(
                        dice.one(&[
                            "s0.nothing",
                            "",
                            ".",
                            "s1.00.f0",
                            "s1.99999.f0",
                            "s1.+1.f0",
                            "members.0",
                        ])
                        .into(),
                    );
                }
                let value = match dice.below(5) {
                    0 => "长".repeat(1200),
                    1 => "-9223372036854775809".into(),
                    2 => "-9999-01-01".into(),
                    _ => word(dice),
                };
                let source = dice.one(&[
                    ValueSource::Typed,
                    ValueSource::EarlierCase,
                    ValueSource::Card,
                    ValueSource::Register,
                ]);
                Command::ChangeFields { changes: vec![(path, value)], source, reason: word(dice) }
            }
            10 | 11 => {
                let lookup = dice.pick(&definition.lookups).map_or_else(|| word(dice), |one| one.id.clone());
                let mut answer = self.agreeing(&lookup, dice);
                answer.state = dice.one(&[
                    CheckState::Agrees,
                    CheckState::Differs,
                    CheckState::NotChecked,
                    CheckState::Unavailable,
                ]);
                if answer.state == CheckState::Unavailable {
                    answer.values.clear();
                } else if dice.percent(40) {
                    answer.values.insert("found.p0".into(), word(dice));
                    answer.values.insert("found.flags.0".into(), "frozen".into());
                    answer.values.insert("members.0.person.number".into(), word(dice));
                }
                Command::RecordLookup { lookup, answer }
            }
            12 => match dice.pick(&definition.materials) {
                Some(material) => add_page(&material.id, dice),
                None => add_page(&"nothing".into(), dice),
            },
            13 => self.on_a_page(dice),
            14 => match dice.pick(&definition.signers) {
                Some(signer) if signer_applies(signer, self.case) => self.sign(signer, dice),
                Some(signer) => Command::ClearSignature { slot: signer.slot.clone() },
                None => Command::ClearSignature { slot: word(dice).as_str().into() },
            },
            15 => {
                let rule = dice.pick(&definition.rules).map_or_else(|| word(dice), |one| one.id.clone());
                Command::Override { rule, reason: word(dice) }
            }
            16 => Command::Submit,
            17 => Command::ConfirmAcceptance,
            18 => {
                let mut command = self.review(dice, [34, 33, 33]);
                if let Command::Review { reason, .. } = &mut command
                    && dice.percent(20)
                {
                    *reason = None;
                }
                command
            }
            19 => {
                let mut command = self.effect(dice);
                if let Command::RecordEffect { answer, .. } = &mut command {
                    match dice.below(3) {
                        // An answer that was given before, perhaps to another step.
                        0 => {
                            if let Some(before) = self.case.effects.values().next() {
                                answer.clone_from(before);
                            }
                        }
                        1 => answer.values.clear(),
                        _ => answer.state = CheckState::Unavailable,
                    }
                }
                command
            }
            20 => Command::Continue,
            21 => Command::RecordPrint(self.paper(dice)),
            22 => {
                let mut command = collect(dice);
                if let Command::Collect { name, number, .. } = &mut command
                    && dice.percent(50)
                {
                    *name = word(dice);
                    *number = word(dice);
                }
                command
            }
            24..=26 => self.beside_the_flow(dice),
            27 => self.card_of_a_row(dice),
            28 => Command::Evaluate { score: dice.below(8) as u8, reading: dice.percent(50).then(reading) },
            29 => self.some_fingers(dice),
            30 => self.settled(dice),
            // Rarely, as it ends everything.
            _ if dice.percent(85) => Command::Withdraw { reason: String::new() },
            _ => Command::Withdraw { reason: "申请人要求".into() },
        }
    }

    /// What became of an act, twice of the same one at times, with and without the reason that it needs.
    fn settled(&self, dice: &mut Dice) -> Command {
        Command::SettleAct(Settlement {
            act: CommandId(uuid::Uuid::from_u128(dice.below(3) as u128)),
            given_up: if dice.percent(50) { vec!["fields/applicant.name".into()] } else { Vec::new() },
            reason: if dice.percent(50) { "按对方填写的为准".into() } else { String::new() },
        })
    }

    /// A card for any section, mostly of somebody who is not in the form.
    fn card_of_a_row(&self, dice: &mut Dice) -> Command {
        let tables = self.facts.definition.sections.iter().filter(|one| one.table || dice.percent(20));
        let tables: Vec<String> = tables.map(|one| one.id.clone()).collect();
        let section = dice.pick(&tables).cloned().unwrap_or_else(|| "nothing".to_owned());
        let mut command = self.read_identity(dice.one(&ALL_PERSONS), dice);
        let Command::ReadIdentity { identity, .. } = &mut command else { return command };
        if dice.percent(80) {
            identity.document = DocumentKind::ResidentCard;
            identity.number = check_assets::people::number(self.day, "1", dice.below(4) as u16);
        }
        Command::ReadRowCard { section, identity: identity.clone(), reading: reading() }
    }

    fn on_a_page(&self, dice: &mut Dice) -> Command {
        let materials: Vec<MaterialId> = self.case.materials.keys().cloned().collect();
        let material = dice.pick(&materials).cloned().unwrap_or_else(|| "nothing".into());
        let mut pages: Vec<PageId> = self
            .case
            .materials
            .get(&material)
            .map(|pages| pages.iter().map(|one| one.id).collect())
            .unwrap_or_default();
        let page = dice.pick(&pages).copied().unwrap_or(PageId(dice.uuid()));
        match dice.below(3) {
            0 => Command::ReplacePage {
                material,
                page,
                picture: blob(dice),
                reading: dice.percent(50).then(reading),
            },
            1 => Command::RemovePage { material, page },
            _ => {
                dice.shuffle(&mut pages);
                if dice.percent(30) {
                    pages.push(page);
                }
                Command::ReorderPages { material, order: pages }
            }
        }
    }
}
