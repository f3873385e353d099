//! Cards read one after the other into a table of persons (连续读卡): each is an act of its own, what cannot be taken is
//! told, and the reading goes on until somebody ends it.

use crate::Terminal;
use crate::act::LoadedCase;
use crate::card::{LaidCard, attestation_of, identity_of};
use crate::carry::derived;
use crate::error::{Own, Result, TerminalError};
use crate::operation::Stop;
use crate::rpc::ChangeSource;
use crate::rpc::request::ReadRowCards;
use crate::rpc::view::OperationView;
use domain::command::Command;
use domain::event::Reading;
use domain::ids::{CommandId, ContentHash};
use domain::row_card::{row_of, takes_cards};
use driver_contract::CardReading;
use gm::sm3;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// What the operation is called.
const TITLE: &str = "连续读卡";
/// How often the operation looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);

/// A reading that goes on: what the reader sees is told to it.
pub(crate) struct RowCards {
    operation: String,
    laid: Sender<LaidCard>,
}

/// What became of the cards.
#[derive(Default)]
struct Tally {
    added: u32,
    completed: u32,
    left_out: u32,
}

impl Tally {
    fn words(&self) -> String {
        let mut words = format!("添加 {} 人", self.added);
        if self.completed > 0 {
            words.push_str(&format!("，补全 {} 人", self.completed));
        }
        if self.left_out > 0 {
            words.push_str(&format!("，{} 张没有录入", self.left_out));
        }
        words
    }
}

impl Terminal {
    /// Tells a reading that goes on of what the reader saw; whether there is one.
    pub(crate) fn told_row_cards(&self, card: &LaidCard) -> bool {
        let state = self.state();
        state.row_cards.as_ref().is_some_and(|one| one.laid.send(card.clone()).is_ok())
    }

    pub(crate) fn read_row_cards(&self, request: ReadRowCards) -> Result<OperationView> {
        self.actor()?;
        let loaded = self.load_case(request.case)?;
        if !loaded.definition.sections.iter().any(|one| one.id == request.section && takes_cards(one)) {
            return Err(domain::refusal::Refusal::UnknownName { name: request.section }.into());
        }
        let same = |one: &OperationView| one.case == Some(request.case) && one.title == TITLE;
        if let Some(known) = self.operations.running().into_iter().find(same) {
            return Ok(known);
        }
        self.absorb_drafts(request.case);
        // The reader is asked for before anything is promised.
        self.device(driver_contract::DeviceClass::IdCardReader)?;
        self.begin(Some(request.case), TITLE, move |terminal, id, stop| {
            let _watch = terminal.watch_for_row_cards()?;
            let (laid, cards) = channel();
            let first = {
                let mut state = terminal.state();
                let operation = id.to_owned();
                state.row_cards = Some(RowCards { operation, laid });
                state.arrival.clone()
            };
            let end = terminal.take_row_cards(id, stop, &request, first, &cards);
            let mut state = terminal.state();
            if state.row_cards.as_ref().is_some_and(|one| one.operation == id) {
                state.row_cards = None;
            }
            drop(state);
            end.map(|tally| format!("连续读卡结束：{}", tally.words()))
        })
    }

    /// Until it is stopped, or the officer has left the case.
    fn take_row_cards(
        &self,
        id: &str,
        stop: &Stop,
        request: &ReadRowCards,
        first: Option<LaidCard>,
        cards: &Receiver<LaidCard>,
    ) -> Result<Tally> {
        let mut tally = Tally::default();
        let mut next = first;
        let mut at = 0_u32;
        self.progress(id, "请放上第一张身份证");
        loop {
            let gone = self.actor().is_err() || self.state().focus != Some(request.case);
            if stop.requested() || gone {
                return Ok(tally);
            }
            let card = match next.take() {
                Some(card) => card,
                None => match cards.recv_timeout(LOOK) {
                    Ok(card) => card,
                    Err(RecvTimeoutError::Timeout) => continue,
                    Err(RecvTimeoutError::Disconnected) => return Ok(tally),
                },
            };
            at += 1;
            // Readings have no name of their own: a watch reads many cards under one nonce.
            let name = derived(request.command, &format!("{id} {at}"));
            let told = match self.take_row_card(request, card, name, &mut tally) {
                Ok(told) => format!("✓ {told}"),
                // What has to do with this card alone is told; the next card may be good.
                Err(error @ (TerminalError::Refused(_) | TerminalError::Device(_))) => {
                    tally.left_out += 1;
                    let error = self.rpc_error(&error);
                    format!("✕ {}{}", error.sentence, error.cure)
                }
                Err(other) => return Err(other),
            };
            self.progress(id, format!("{told}　共{}。请放下一张，或者按 Esc 结束。", tally.words()));
            self.changed(ChangeSource::Device, [format!("case:{}", request.case)]);
        }
    }

    fn take_row_card(
        &self,
        request: &ReadRowCards,
        card: LaidCard,
        name: CommandId,
        tally: &mut Tally,
    ) -> Result<String> {
        let reading = match card {
            LaidCard::Read(reading) => reading,
            LaidCard::Failed(fault) => return Err((*fault).into()),
        };
        let loaded = self.load_case(request.case)?;
        let known = self.row_with(&loaded, request, &reading)?;
        self.keep_row_reading(request, name, &reading)?;
        if known {
            tally.completed += 1;
            return Ok(format!("{}已在表里，已按身份证补全。", reading.name));
        }
        tally.added += 1;
        Ok(format!("已添加{}。", reading.name))
    }

    fn row_with(&self, loaded: &LoadedCase, request: &ReadRowCards, reading: &CardReading) -> Result<bool> {
        let section = loaded.definition.sections.iter().find(|one| one.id == request.section);
        let section = section.ok_or(Own::ProgramFault)?;
        Ok(row_of(section, &reading.number, &loaded.case).is_some())
    }

    /// The evidence is that of any card that is read into a case: what it showed, device, time, raw bytes, portrait.
    fn keep_row_reading(&self, request: &ReadRowCards, name: CommandId, card: &CardReading) -> Result<()> {
        let mut identity = identity_of(card);
        let reading = Reading {
            device: card.provenance.device.0.clone(),
            attestation: attestation_of(card.provenance.attestation),
            at: self.clock.now().trusted,
            raw: ContentHash(sm3(&card.raw).0),
        };
        if !card.wlt_photo.is_empty() {
            identity.portrait = Some(self.keep_blob(request.case, &card.wlt_photo, "application/x-wlt")?);
        }
        let wish = Command::ReadRowCard { section: request.section.clone(), identity, reading };
        self.act(request.case, name, wish, TITLE)
    }
}
