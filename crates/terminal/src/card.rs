//! Identity cards: laid on an empty desk, or read for a person of a case.

use crate::Terminal;
use crate::devices::prompt::Prompt;
use crate::devices::waiting::run_while;
use crate::error::{Own, Result, TerminalError};
use crate::operation::Stop;
use crate::rpc::ChangeSource;
use crate::rpc::request::{Empty, ReadCard, TypeIdentity};
use crate::rpc::view::{Arrival, CaseView, OperationView, ScannedCode, Shell};
use domain::arrival::CardValidity;
use domain::command::Command;
use domain::decide::may_take_in;
use domain::event::{Attestation, BlobRef, Identity, Reading};
use domain::identity::DocumentKind;
use domain::ids::{CaseId, CommandId, ContentHash};
use domain::person::PersonRole;
use driver_contract::{
    CardKind, CardReading, DeviceClass, DeviceInfo, Fault, FaultCode, Provenance, ValidUntil,
};
use gm::sm3;
use protocol::error::ErrorCode;
use std::time::Duration;
use store::table::case::Filter;
use store::{Priority, blob_file, table};
use sync::SyncError;

/// How long a reading waits for a card: long enough to find it in a bag.
const CARD_LIMIT: Duration = Duration::from_secs(60);
/// Matters offered on the arrival page.
const OFFERED: usize = 3;

/// A card on the reader of an empty desk.
#[derive(Clone)]
pub(crate) enum LaidCard {
    /// It was read.
    Read(Box<CardReading>),
    /// It could not be read.
    Failed(Box<Fault>),
}

/// A reading with the moment it came.
struct Taken {
    identity: Identity,
    reading: Reading,
    portrait: Vec<u8>,
}

impl Terminal {
    /// The reader's watch saw a card.
    pub(crate) fn card_laid(&self, card: LaidCard) {
        let working = self.actor().is_ok();
        if working && self.told_row_cards(&card) {
            return;
        }
        {
            let mut state = self.state();
            if !working || state.focus.is_some() {
                // With a case open the officer asks for a reading; the card is read then. It stays known, so
                // that it need not be lifted and laid again.
                state.arrival = working.then_some(card);
                return;
            }
            state.arrival = Some(card);
        }
        self.changed(ChangeSource::Device, ["arrival", "shell"]);
    }

    /// The card was taken away. The arrival page stays: the citizen got his card back.
    pub(crate) fn card_removed(&self) {
        let mut state = self.state();
        if state.focus.is_some() {
            state.arrival = None;
        }
        drop(state);
        self.changed(ChangeSource::Device, ["shell", "devices"]);
    }

    /// A code was held in front of the scanner: the window opens the case whose number is in it.
    pub(crate) fn code_scanned(&self, text: &str) {
        if self.actor().is_err() {
            return;
        }
        let number = domain::number::find_in(text).map(str::to_owned);
        let case = number.as_ref().and_then(|number| {
            self.store().ok()?.read(|db| table::case::of_number(db, number)).ok().flatten()
        });
        {
            let mut state = self.state();
            let serial = state.scanned.as_ref().map_or(0, |before| before.serial).wrapping_add(1);
            state.scanned = Some(ScannedCode { serial, number, case });
        }
        self.changed(ChangeSource::Device, ["shell"]);
    }

    pub(crate) fn arrival(&self, _: Empty) -> Result<Option<Arrival>> {
        let actor = self.actor()?;
        let card = self.state().arrival.clone();
        let reading = match card {
            None => return Ok(None),
            Some(LaidCard::Failed(fault)) => return Err((*fault).into()),
            Some(LaidCard::Read(reading)) => reading,
        };
        let identity = identity_of(&reading);
        let store = self.store()?;
        let filter = Filter { person_number: identity.number.clone(), limit: 20, ..Filter::default() };
        let (rows, parked) =
            store.read(|db| Ok((table::case::find(db, &filter)?, table::case::parked(db)?)))?;
        let mut open_cases = Vec::new();
        let mut to_collect = Vec::new();
        for row in rows.iter().filter(|row| row.unit == actor.post.unit.as_str()) {
            let line = self.case_line(row, parked.contains(&row.id))?;
            if row.step_kind == "collect" { to_collect.push(line) } else { open_cases.push(line) }
        }
        let validity = CardValidity::of(&identity.valid_until, self.clock.now().day());
        let current = self.contents.current(&store)?;
        let online = self.online();
        let mut matters = Vec::new();
        for hash in current.edition.definitions.values() {
            let definition = self.contents.definition(&store, *hash)?;
            if may_take_in(&definition, actor.post.role) {
                matters.push((validity.place(definition.offer), definition));
            }
        }
        // The daily business first, then the others by name.
        matters.sort_by_key(|(place, definition)| (*place, !definition.common, definition.id.clone()));
        let now = self.clock.now().trusted;
        let officer = actor.officer.0.clone();
        store.write(Priority::Background, move |tx| table::audit::append(tx, now, &officer, "arrival"))?;
        Ok(Some(Arrival {
            notes: notes(validity),
            identity,
            open_cases,
            to_collect,
            matters: matters
                .iter()
                .take(OFFERED)
                .map(|(_, definition)| crate::desk::matter_line(definition, true, online))
                .collect(),
        }))
    }

    pub(crate) fn dismiss_arrival(&self, _: Empty) -> Result<Shell> {
        self.state().arrival = None;
        self.changed(ChangeSource::Window, ["shell", "arrival"]);
        self.shell(Empty {})
    }

    /// Uses the card of the arrival page for the first person of a new case.
    pub(crate) fn take_arrival(&self, case: CaseId) -> Result<()> {
        let Some(LaidCard::Read(reading)) = self.state().arrival.clone() else { return Ok(()) };
        let loaded = self.load_case(case)?;
        let persons: Vec<PersonRole> =
            loaded.definition.sections.iter().filter_map(|one| one.person).collect();
        let person = if persons.contains(&PersonRole::Applicant) {
            PersonRole::Applicant
        } else {
            persons.first().copied().unwrap_or(PersonRole::Applicant)
        };
        self.keep_reading(case, CommandId(uuid::Uuid::now_v7()), person, &reading)?;
        self.state().arrival = None;
        Ok(())
    }

    pub(crate) fn read_card(&self, request: ReadCard) -> Result<OperationView> {
        self.actor()?;
        self.load_case(request.case)?;
        self.begin(Some(request.case), "请放上身份证", move |terminal, id, stop| {
            terminal.progress(id, "正在等待身份证");
            if terminal.state().arrival.is_none() {
                terminal.prompt(Prompt::LayCard);
            }
            let reading = terminal.reading_now(stop)?;
            terminal.keep_reading(request.case, request.command, request.person, &reading)?;
            terminal.state().arrival = None;
            terminal.changed(ChangeSource::Device, [format!("case:{}", request.case)]);
            Ok("已读取身份证".to_owned())
        })
    }

    /// The card that lies there already, or the next one.
    fn reading_now(&self, stop: &Stop) -> Result<Box<CardReading>> {
        if let Some(LaidCard::Read(reading)) = self.state().arrival.clone() {
            return Ok(reading);
        }
        let (host, device) = self.device(DeviceClass::IdCardReader)?;
        let task = driver_contract::Task::ReadCard { fingerprint: false };
        let wanted = || !stop.requested();
        match run_while(&host, &device.id, (task, CARD_LIMIT), wanted, |_, _| {})? {
            Some(driver_contract::Outcome::Card(reading)) => Ok(reading),
            Some(_) => Err(Own::ProgramFault.into()),
            None => Err(cancelled(&device)),
        }
    }

    fn keep_reading(
        &self,
        case: CaseId,
        command: CommandId,
        person: PersonRole,
        reading: &CardReading,
    ) -> Result<()> {
        let mut taken = Taken {
            identity: identity_of(reading),
            reading: self.reading_from(&reading.provenance, ContentHash(sm3(&reading.raw).0)),
            portrait: reading.wlt_photo.clone(),
        };
        if !taken.portrait.is_empty() {
            taken.identity.portrait = Some(self.keep_blob(case, &taken.portrait, "application/x-wlt")?);
        }
        self.act(
            case,
            command,
            Command::ReadIdentity { person, identity: taken.identity, reading: Some(taken.reading) },
            "读取身份证件",
        )
    }

    pub(crate) fn type_identity(&self, request: TypeIdentity) -> Result<CaseView> {
        let mut identity = request.identity;
        identity.portrait = None;
        let command = Command::ReadIdentity { person: request.person, identity, reading: None };
        self.act(request.case, request.command, command, "录入身份证件")?;
        self.case_view(request.case)
    }

    /// How something is taken from a device just now.
    pub(crate) fn reading_from(&self, provenance: &Provenance, raw: ContentHash) -> Reading {
        Reading {
            device: provenance.device.0.clone(),
            attestation: attestation_of(provenance.attestation),
            at: self.clock.now().trusted,
            raw,
        }
    }

    /// Encrypts content into the store, durably.
    pub(crate) fn keep_blob(&self, case: CaseId, content: &[u8], media: &str) -> Result<BlobRef> {
        let store = self.store()?;
        let (reference, row) = blob_file::write(store.folder(), Some(case), content, media)?;
        store.write(Priority::Interactive, move |tx| table::blob::put(tx, &row))?;
        Ok(reference)
    }

    /// Content of a stored file; fetched from the server when it is not here.
    pub(crate) fn blob_content(&self, case: CaseId, reference: &BlobRef) -> Result<Vec<u8>> {
        let store = self.store()?;
        let here = store.read(|db| table::blob::get(db, reference.id))?.filter(|row| row.here);
        let row = match here {
            Some(row) => row,
            None => {
                self.sync()?.fetch_blob(case, reference).map_err(|error| match error {
                    // What is in the case comes before its files: the window asks again by itself.
                    SyncError::Refused(refused) if refused.code == ErrorCode::NotFound => {
                        TerminalError::from(Own::BlobOnItsWay)
                    }
                    error => error.into(),
                })?;
                store.read(|db| table::blob::get(db, reference.id))?.ok_or(Own::BlobUnknown)?
            }
        };
        Ok(blob_file::read(store.folder(), &row)?)
    }
}

/// The officer has stopped it.
pub(crate) fn cancelled(device: &DeviceInfo) -> TerminalError {
    Fault::new(FaultCode::Cancelled, device.class).at(&device.id).into()
}

/// What a contract's attestation means in an event.
pub(crate) fn attestation_of(attestation: driver_contract::Attestation) -> Attestation {
    match attestation {
        driver_contract::Attestation::Physical => Attestation::Physical,
        driver_contract::Attestation::Virtual => Attestation::Virtual,
        driver_contract::Attestation::Unattested => Attestation::Unattested,
    }
}

/// The identity that a card shows.
pub(crate) fn identity_of(reading: &CardReading) -> Identity {
    let document = match reading.kind {
        CardKind::Resident => DocumentKind::ResidentCard,
        CardKind::HongKongMacaoTaiwan => DocumentKind::ResidencePermit,
        CardKind::PermanentResident2017 => DocumentKind::PermanentResidence15,
        CardKind::PermanentResident2023 => DocumentKind::PermanentResidence18,
    };
    Identity {
        document,
        number: reading.number.clone(),
        name: if reading.name.is_empty() {
            reading.english_name.clone().unwrap_or_default()
        } else {
            reading.name.clone()
        },
        sex: reading.sex_code.clone(),
        ethnic_group: reading.ethnic_group_code.clone().unwrap_or_default(),
        birth_date: reading.birth_date.to_string(),
        // The newest address in the chip goes before the printed one.
        address: reading.added_address.clone().or_else(|| reading.address.clone()).unwrap_or_default(),
        issuing_office: reading.issuing_office.clone().unwrap_or_default(),
        valid_from: reading.valid_from.to_string(),
        valid_until: match reading.valid_until {
            ValidUntil::Date(date) => date.to_string(),
            ValidUntil::LongTerm => "长期".to_owned(),
        },
        portrait: None,
    }
}

/// What the officer should know of the card.
fn notes(validity: CardValidity) -> Vec<String> {
    match validity {
        CardValidity::Valid => Vec::new(),
        CardValidity::ExpiresSoon(last) => vec![format!("证件将于 {last} 到期，可以提前换领。")],
        CardValidity::Expired(last) => vec![format!("证件已于 {last} 到期，可办理期满换领。")],
    }
}
