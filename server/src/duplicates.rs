//! The same business of the same person, asked by a terminal before it submits. Found by keyed tokens; whose case it
//! is and whether it counts is read from the case itself. Of a case that the terminal may not read it is told since
//! when it is open, and nothing else.

use crate::fault::{Result, told};
use crate::house::{House, Terminal, now, unit_code};
use crate::storage::values;
use crate::{access, cases, notices};
use domain::duplicate::{Elsewhere, Known, same_business};
use domain::event::civil_day;
use domain::ids::CaseId;
use protocol::duplicates::DuplicateRequest;
use protocol::error::ErrorCode;

/// Cases of one person and matter that are looked at; more are no person.
const LOOKED_AT: u32 = 50;

/// Answers what is known of the person's other cases of the matter.
///
/// # Errors
/// [`ErrorCode::Unreadable`] when the number does not open, and when the storage fails.
pub async fn look(house: &House, terminal: &Terminal, request: &DuplicateRequest) -> Result<Elsewhere> {
    let unreadable = || told(ErrorCode::Unreadable);
    let number = house.keys.open_envelope(&request.sealed_number).map_err(|_| unreadable())?;
    let number = String::from_utf8(number).map_err(|_| unreadable())?;
    let today = civil_day(now());
    let mut work = house.write().await?;
    let work_ref = &mut *work;
    // Who looks leaves a trace, without the number.
    access::log(work_ref, terminal, "duplicates", &request.case.to_string(), "").await?;
    let rows = work_ref
        .rows(
            "SELECT case_file.id, case_file.unit FROM case_token \
             JOIN case_file ON case_file.id = case_token.case_id \
             WHERE case_token.token = $1 AND case_file.matter = $2 ORDER BY case_file.changed DESC LIMIT $3",
            values![house.keys.token("number", &number), request.matter.0.clone(), LOOKED_AT],
        )
        .await?;
    let mut answer = Elsewhere::default();
    for row in rows {
        let id: CaseId = row.parsed(0)?;
        let unit = unit_code(row.text(1)?)?;
        let Some(file) = cases::look(house, work_ref, &id).await? else { continue };
        let case = cases::today(id, &cases::events(work_ref, &id, &file).await?);
        let Some(known) = Known::of(&case) else { continue };
        let (ended, opened) = (known.ended, case.opening.as_ref().map(|one| one.time.day()));
        if same_business(request.case, &request.matter, &number, &[known], today).is_empty() {
            continue;
        }
        if notices::may_read(house, work_ref, terminal, &id.to_string(), &unit).await? {
            answer.cases.push(id);
        } else if !ended {
            answer.since.extend(opened);
        }
    }
    answer.since.sort_unstable();
    work.commit().await?;
    Ok(answer)
}
