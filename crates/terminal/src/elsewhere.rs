//! The look-up of the same business at the server (服务器查重): a warning when it answers, and no hindrance when it
//! cannot.

use crate::Terminal;
use crate::error::Result;
use crate::rpc::ChangeSource;
use crate::rpc::request::OneCase;
use crate::rpc::view::{CarryView, ServerLook};
use domain::case::Case;
use domain::duplicate::{Elsewhere, person};
use domain::ids::CaseId;
use std::collections::BTreeMap;

/// Answers are kept for the cases that somebody works on; more than a counter has open at a time.
const KEPT: usize = 50;

/// What the server said, by case, with the number that it was asked with.
#[derive(Default)]
pub(crate) struct Looked(BTreeMap<CaseId, (String, Elsewhere)>);

impl Terminal {
    /// The server's answer about the person of the case as he stands there now; none when it was not asked.
    pub(crate) fn elsewhere(&self, case: &Case) -> Result<Option<Elsewhere>> {
        let (_, number) = person(case);
        let said = self.state().looked.0.get(&case.id).filter(|(asked, _)| *asked == number).cloned();
        let Some((_, said)) = said else { return Ok(None) };
        let here = self.duplicates(case)?;
        let linked = |one: &CaseId| case.links.iter().any(|link| link.other == *one);
        Ok(Some(said.without(|one| here.contains(one) || linked(one))))
    }

    /// How it stands with the look-up.
    pub(crate) fn server_look(&self, case: &Case) -> Result<ServerLook> {
        let (_, number) = person(case);
        if number.is_empty() || !case.at_counter() {
            return Ok(ServerLook::NotNeeded);
        }
        Ok(if self.elsewhere(case)?.is_some() { ServerLook::Looked } else { ServerLook::NotLooked })
    }

    /// Asks the server, once for each number; what it cannot answer stays unasked.
    pub(crate) fn look_elsewhere(&self, id: CaseId) -> Result<()> {
        let case = self.load_case(id)?.case;
        let Some(opening) = &case.opening else { return Ok(()) };
        let (_, number) = person(&case);
        let done = self.server_look(&case)? != ServerLook::NotLooked;
        if done || !self.online() {
            return Ok(());
        }
        let Ok(said) = self.sync()?.duplicates(id, &opening.matter, &number) else { return Ok(()) };
        {
            let looked = &mut self.state().looked.0;
            while looked.len() >= KEPT && looked.pop_first().is_some() {}
            looked.insert(id, (number, said));
        }
        self.changed(ChangeSource::Sync, [format!("case:{id}")]);
        Ok(())
    }

    pub(crate) fn look_for_duplicates(&self, request: OneCase) -> Result<CarryView> {
        self.actor()?;
        self.look_elsewhere(request.case)?;
        self.carry(request)
    }
}
