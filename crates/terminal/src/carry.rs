//! One more for the same person (连办), the same business again (再次办理), and the warning of a duplicate.

use crate::Terminal;
use crate::act::LoadedCase;
use crate::error::Result;
use crate::rpc::ChangeSource;
use crate::rpc::request::{CarryMaterial, OneCase, OpenFrom};
use crate::rpc::view::{CarryView, CaseLine, CaseView, OfferedView};
use domain::carry;
use domain::case::Case;
use domain::command::Command;
use domain::duplicate::{Known, person, same_business};
use domain::event::{CaseLink, Event, Identity, Reading, Relation, ValueSource};
use domain::ids::{CaseId, CommandId, PageId};
use domain::refusal::Refusal;
use gm::sm3;
use store::table;
use store::table::case::Filter;
use uuid::Uuid;

/// Cases of one person that are looked at; more on one terminal within its keeping time is no person.
const LOOKED_AT: u32 = 50;

/// The name of a further act of a request: the same request gives the same name, so that a repeat changes nothing.
pub(crate) fn derived(command: CommandId, what: &str) -> CommandId {
    let mut bytes = command.0.as_bytes().to_vec();
    bytes.extend_from_slice(what.as_bytes());
    let hash = sm3(&bytes).0;
    let mut name = [0; 16];
    name.copy_from_slice(&hash[..16]);
    CommandId(Uuid::new_v8(name))
}

impl Terminal {
    pub(crate) fn open_from(&self, request: OpenFrom) -> Result<CaseView> {
        let actor = self.actor()?;
        let earlier = self.load_case(request.from)?;
        let opening = earlier.case.opening.as_ref().ok_or(Refusal::NotOpen)?;
        if opening.unit != actor.post.unit {
            return Err(Refusal::UnitNotAllowed.into());
        }
        if request.relation == Relation::Package {
            return Err(crate::TerminalError::RequestUnreadable);
        }
        let case = CaseId(Uuid::new_v8(*request.command.0.as_bytes()));
        let (hash, definition) = self.known_matter(&request.matter)?;
        self.absorb_drafts(request.from);
        // The earlier citizen's sheet goes with the earlier case.
        self.clear_applicant();
        self.act_open(case, request.command, &definition, hash)?;
        let link = CaseLink { other: request.from, relation: request.relation, package: String::new() };
        self.act(case, derived(request.command, "link"), Command::LinkCase(link), "关联办件")?;
        self.take_over(case, request.command, request.relation, &earlier)?;
        self.state().focus = Some(case);
        self.changed(ChangeSource::Window, ["shell", "desk", &format!("case:{case}")]);
        self.case_view(case)
    }

    /// Identities, answers and values of the earlier case.
    fn take_over(
        &self,
        case: CaseId,
        command: CommandId,
        relation: Relation,
        earlier: &LoadedCase,
    ) -> Result<()> {
        let loaded = self.load_case(case)?;
        let day = self.clock.now().day();
        for role in carry::identities(&earlier.case, &loaded.definition, day) {
            let Some(record) = earlier.case.identities.get(&role) else { continue };
            let identity = self.identity_for(case, earlier.case.id, &record.identity)?;
            let wish = Command::ReadIdentity { person: role, identity, reading: record.reading.clone() };
            self.act(case, derived(command, &format!("{role:?}")), wish, "沿用身份证件")?;
        }
        if relation == Relation::Redo {
            for (question, answer) in carry::answers(&earlier.case, &earlier.definition, &loaded.definition) {
                let name = derived(command, question.as_str());
                self.act(case, name, Command::Answer { question, answer }, "沿用情形")?;
            }
        }
        let loaded = self.load_case(case)?;
        let from = (&earlier.case, &*earlier.definition);
        let changes = carry::values(relation, from, (&loaded.case, &loaded.definition));
        if !changes.is_empty() {
            let source = ValueSource::EarlierCase;
            let wish = Command::ChangeFields { changes, source, reason: String::new() };
            self.act(case, derived(command, "fields"), wish, "沿用以前办件的内容")?;
        }
        Ok(())
    }

    /// An identity for another case: its portrait is encrypted anew, since every case has keys of its own.
    pub(crate) fn identity_for(&self, case: CaseId, from: CaseId, identity: &Identity) -> Result<Identity> {
        let mut identity = identity.clone();
        if let Some(portrait) = &identity.portrait {
            let bytes = self.blob_content(from, portrait)?;
            identity.portrait = Some(self.keep_blob(case, &bytes, &portrait.media)?);
        }
        Ok(identity)
    }

    /// What an earlier case offers, and which cases look like this one.
    pub(crate) fn carry(&self, request: OneCase) -> Result<CarryView> {
        self.actor()?;
        let loaded = self.load_case(request.case)?;
        let mut view = CarryView {
            from: None,
            relation: None,
            materials: Vec::new(),
            duplicates: Vec::new(),
            server: self.server_look(&loaded.case)?,
            elsewhere: Vec::new(),
        };
        if let Some(other) = self.elsewhere(&loaded.case)? {
            if !other.cases.is_empty() {
                view.elsewhere.push(format!("服务器上本单位另有 {} 件，本机没有", other.cases.len()));
            }
            view.elsewhere.extend(other.since.iter().map(|day| format!("另有单位自 {day} 起在办")));
        }
        for case in self.duplicates(&loaded.case)? {
            view.duplicates.extend(self.line_of(case)?);
        }
        let Some(link) = loaded.case.links.iter().find(|one| one.relation != Relation::Package) else {
            return Ok(view);
        };
        view.relation = Some(link.relation);
        view.from = self.line_of(link.other)?;
        // The earlier case may have left this terminal; then there is nothing to offer.
        let Ok(earlier) = self.load_case(link.other) else { return Ok(view) };
        if !loaded.case.at_counter() {
            return Ok(view);
        }
        for one in carry::materials((&earlier.case, &earlier.definition), (&loaded.case, &loaded.definition))
        {
            let known = loaded.definition.materials.iter().find(|material| material.id == one.to);
            view.materials.push(OfferedView {
                name: known.map(|material| material.name.clone()).unwrap_or_default(),
                material: one.to,
                pages: u32::try_from(one.pages).unwrap_or(u32::MAX),
            });
        }
        Ok(view)
    }

    fn line_of(&self, case: CaseId) -> Result<Option<CaseLine>> {
        let row = self.store()?.read(|db| table::case::get(db, case))?;
        row.map(|row| self.case_line(&row, false)).transpose()
    }

    pub(crate) fn carry_material(&self, request: CarryMaterial) -> Result<CaseView> {
        self.actor()?;
        let loaded = self.load_case(request.case)?;
        let link = loaded.case.links.iter().find(|one| one.relation != Relation::Package);
        let unknown = || Refusal::UnknownName { name: request.material.to_string() };
        let earlier = self.load_case(link.ok_or_else(unknown)?.other)?;
        let from = (&earlier.case, &*earlier.definition);
        let offered = carry::materials(from, (&loaded.case, &loaded.definition));
        let Some(one) = offered.into_iter().find(|one| one.to == request.material) else {
            // A repeat finds the pages there already.
            let done = loaded.case.materials.get(&request.material).is_some_and(|pages| !pages.is_empty());
            return if done { self.acted(request.case) } else { Err(unknown().into()) };
        };
        for (page, at) in earlier.case.materials.get(&one.from).into_iter().flatten().zip(0..) {
            let bytes = self.blob_content(earlier.case.id, &page.picture)?;
            let picture = self.keep_blob(request.case, &bytes, &page.picture.media)?;
            let wish = Command::AddPage {
                material: request.material.clone(),
                page: PageId(derived(request.command, &format!("page {at}")).0),
                picture,
                reading: reading_of(&earlier, page.id),
            };
            self.act(request.case, derived(request.command, &format!("act {at}")), wish, "沿用已扫描的材料")?;
        }
        self.acted(request.case)
    }

    /// Cases of this terminal that look like the same business of the same person.
    pub(crate) fn duplicates(&self, case: &Case) -> Result<Vec<CaseId>> {
        let Some(opening) = &case.opening else { return Ok(Vec::new()) };
        let (_, number) = person(case);
        if number.is_empty() || !case.at_counter() {
            return Ok(Vec::new());
        }
        let filter =
            Filter { person_number: number.clone(), ended: true, limit: LOOKED_AT, ..Filter::default() };
        let rows = self.store()?.read(|db| table::case::find(db, &filter))?;
        let mut known = Vec::new();
        for row in rows.into_iter().filter(|row| row.matter == opening.matter.as_str() && row.id != case.id) {
            known.extend(Known::of(&self.load_case(row.id)?.case));
        }
        // A case of the same package, or the one that is done again, is meant to be there.
        let linked = |one: &CaseId| case.links.iter().any(|link| link.other == *one);
        let found = same_business(case.id, &opening.matter, &number, &known, self.clock.now().day());
        Ok(found.into_iter().filter(|one| !linked(one)).collect())
    }
}

/// How a page came to be: the reading of its last scan; none when it was turned or cut since, or imported.
fn reading_of(case: &LoadedCase, page: PageId) -> Option<Reading> {
    case.records.iter().rev().find_map(|(_, record)| match &record.event {
        Event::PageAdded { page: one, reading, .. } | Event::PageReplaced { page: one, reading, .. }
            if *one == page =>
        {
            Some(reading.clone())
        }
        _ => None,
    })?
}
