//! The definition of an open case against the one in force: told, compared, and moved to when the officer says so.

use crate::Terminal;
use crate::act::LoadedCase;
use crate::contents::{Current, RELEASE_REFUSED};
use crate::error::{Own, Result};
use crate::rpc::request::{MoveDefinition, OneCase};
use crate::rpc::view::{CaseView, DefinitionDifference, DifferenceWords, NewerDefinition, ReleaseLine};
use domain::command::Command;
use domain::difference::{DifferenceLine, between, left_behind};
use domain::ids::ContentHash;
use domain::matter::MatterDefinition;
use protocol::edition::Release;
use std::sync::Arc;
use store::{Store, table};

impl Terminal {
    /// The definition in force, when the case keeps another and lies at this counter.
    pub(crate) fn newer_definition(
        &self,
        store: &Store,
        loaded: &LoadedCase,
        current: &Current,
        editable: bool,
    ) -> Result<Option<NewerDefinition>> {
        if !editable {
            return Ok(None);
        }
        Ok(self.in_force(store, loaded, current)?.map(|(newer, _)| newer))
    }

    fn in_force(
        &self,
        store: &Store,
        loaded: &LoadedCase,
        current: &Current,
    ) -> Result<Option<(NewerDefinition, Arc<MatterDefinition>)>> {
        let Some(hash) = current.edition.definitions.get(&loaded.definition.id) else { return Ok(None) };
        if *hash == loaded.definition_hash {
            return Ok(None);
        }
        let definition = self.contents.definition(store, *hash)?;
        let newer = NewerDefinition {
            kept: loaded.definition.version,
            version: definition.version,
            definition: *hash,
        };
        Ok(Some((newer, definition)))
    }

    /// The release of definitions in force here, and one that was refused since.
    pub(crate) fn release_line(&self) -> Result<Option<ReleaseLine>> {
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let Some(signed) = &current.edition.release else { return Ok(None) };
        let release: Release = domain::cbor::from_slice(&signed.release.bytes)
            .map_err(|_| store::StoreError::Unreadable("edition"))?;
        let refused = store.read(|db| table::terminal::get(db, RELEASE_REFUSED))?;
        let refused = refused.and_then(|mark| domain::cbor::from_slice::<(ContentHash, String)>(&mark).ok());
        let told = refused.as_ref().and_then(|(_, code)| self.messages.get(code));
        let (refused, cure) = told.map(|one| (one.sentence.clone(), one.cure.clone())).unwrap_or_default();
        Ok(Some(ReleaseLine { number: release.number, at: release.at, refused, cure }))
    }

    pub(crate) fn definition_difference(&self, request: OneCase) -> Result<DefinitionDifference> {
        self.actor()?;
        self.absorb_drafts(request.case);
        let store = self.store()?;
        let loaded = self.load_case(request.case)?;
        let current = self.contents.current(&store)?;
        let (newer, definition) = self.in_force(&store, &loaded, &current)?.ok_or(Own::MatterUnknown)?;
        Ok(DefinitionDifference {
            newer,
            lines: between(&loaded.definition, &definition).into_iter().map(words).collect(),
            left: left_behind(&loaded.case, &loaded.definition, &definition),
            signatures: loaded.case.signatures.values().map(|one| one.name.clone()).collect(),
        })
    }

    pub(crate) fn move_definition(&self, request: MoveDefinition) -> Result<CaseView> {
        self.absorb_drafts(request.case);
        let command = Command::MoveToDefinition { definition: request.definition };
        self.act_under(request.case, request.command, command, request.definition, "换用新版本")?;
        // A signature that was asked for shows a form that is no more.
        if self.released_slot(request.case).is_some() {
            self.clear_applicant();
        }
        self.acted(request.case)
    }
}

fn words(line: DifferenceLine) -> DifferenceWords {
    let title = format!("{}{}", line.kind.words(), line.part.words());
    let details = line.aspects.iter().map(ToString::to_string).collect();
    DifferenceWords { line, title, details }
}
