//! Finding a matter: the order is the rules', the memory of what this counter does is the work list's.

use crate::Terminal;
use crate::error::Result;
use crate::rpc::request::{Empty, FindMatters};
use crate::rpc::view::{FoundMatters, MatterLine};
use domain::decide::may_take_in;
use domain::finding::{Findable, PAGE, Use, Uses, find};
use domain::ids::MatterId;
use store::table;

/// What was used within a quarter of a year counts as used here; seasons of one business (升学, 退伍) fade with it.
const REMEMBERED_MILLISECONDS: i64 = 90 * 24 * 3600 * 1000;

impl Terminal {
    /// How often this terminal took matters in.
    fn uses(&self) -> Result<Uses> {
        let since = self.clock.now().trusted - REMEMBERED_MILLISECONDS;
        let rows = self.store()?.read(|db| table::case::uses(db, since))?;
        Ok(rows.into_iter().map(|(matter, count, last)| (MatterId(matter), Use { count, last })).collect())
    }

    pub(crate) fn find_matters(&self, request: FindMatters) -> Result<FoundMatters> {
        let role = self.actor()?.post.role;
        let definitions = self.definitions()?;
        let matters: Vec<Findable<'_>> =
            definitions.iter().map(|one| Findable::of(one, may_take_in(one, role))).collect();
        let found = find(&matters, &request.text, &self.uses()?);
        Ok(FoundMatters {
            matters: found.matters.iter().map(|one| one.id.clone()).collect(),
            digits_choose: found.digits_choose,
        })
    }

    /// What stands under the digits while nothing is typed.
    pub(crate) fn first_page(&self) -> Result<Vec<MatterLine>> {
        let found = self.find_matters(FindMatters { text: String::new() })?;
        let lines = self.matters(Empty {})?;
        let line = |id: &MatterId| lines.iter().find(|one| one.id == *id).cloned();
        Ok(found.matters.iter().filter_map(line).take(PAGE).collect())
    }
}
