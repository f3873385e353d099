//! The applicant screen (客屏): shows only what was released to it, and clears at every switch.

use crate::Terminal;
use crate::error::{Own, Result};
use crate::rpc::ChangeSource;
use crate::rpc::request::{Empty, OneCase, RequestSignature, SubmitSignature};
use crate::rpc::view::{ApplicantMode, ApplicantView, CaseView};
use domain::cbor;
use domain::command::Command;
use domain::condition::Situation;
use domain::event::BlobRef;
use domain::ids::{CaseId, CommandId, ContentHash, SlotId};
use domain::matter::FieldKind;
use domain::requirement::{field_applies, section_applies, signer_applies};
use gm::sm3;
use serde_json::json;
use uuid::Uuid;

/// The slot of whoever takes the result; not a slot of any form.
pub(crate) const COLLECTOR: &str = "collector";
/// A signature has at least so many points: a single touch is none.
const FEWEST_POINTS: usize = 8;
/// A signature of more points is no handwriting.
const MOST_POINTS: usize = 20_000;

/// What lies on the applicant screen for signing.
pub(crate) struct Released {
    pub(crate) release: String,
    pub(crate) case: CaseId,
    pub(crate) slot: SlotId,
    mode: ApplicantMode,
    shown: ContentHash,
}

/// The collector's signature, until the result is given out.
pub(crate) struct CollectorSignature {
    pub(crate) case: CaseId,
    pub(crate) strokes: BlobRef,
}

impl Terminal {
    pub(crate) fn applicant(&self, _: Empty) -> Result<ApplicantView> {
        let state = self.state();
        let working = state.session.is_some() && !state.locked;
        let mode = match (&state.released, &state.thanks, &state.notice, working) {
            (_, _, _, false) => ApplicantMode::Closed,
            (Some(released), _, _, _) => released.mode.clone(),
            (None, Some(words), _, _) => ApplicantMode::Thanks { words: words.clone() },
            (None, None, Some(notice), _) => notice.clone(),
            (None, None, None, _) => ApplicantMode::Welcome,
        };
        Ok(ApplicantView {
            revision: state.revision,
            window: self.settings.profile.clone(),
            officer: state
                .session
                .as_ref()
                .filter(|_| working)
                .map(|session| session.officer.name.clone())
                .unwrap_or_default(),
            mode,
            demo: self.settings.demo,
        })
    }

    /// Takes everything from the applicant screen.
    pub(crate) fn clear_applicant(&self) {
        {
            let mut state = self.state();
            state.released = None;
            state.collector = None;
            state.thanks = None;
            state.notice = None;
        }
        self.changed(ChangeSource::Window, ["applicant"]);
    }

    pub(crate) fn request_signature(&self, request: RequestSignature) -> Result<CaseView> {
        self.actor()?;
        let loaded = self.load_case(request.case)?;
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let mut fields = Vec::new();
        for section in loaded.definition.sections.iter().filter(|one| section_applies(one, &loaded.case)) {
            let rows: Vec<Option<u16>> = if section.table {
                loaded.case.rows(&section.id).into_iter().map(Some).collect()
            } else {
                vec![None]
            };
            for row in rows {
                for field in section.fields.iter().filter(|one| field_applies(one, &loaded.case)) {
                    let path = match row {
                        Some(row) => format!("{}.{row}.{}", section.id, field.id),
                        None => format!("{}.{}", section.id, field.id),
                    };
                    let Some(value) = loaded.case.value(&path.as_str().into()) else { continue };
                    let words = match (&field.kind, &field.codes) {
                        (FieldKind::Code, Some(table)) => current.codes.name(table, value).unwrap_or(value),
                        _ => value,
                    };
                    fields.push((format!("{} · {}", section.title, field.label), words.to_owned()));
                }
            }
        }
        let (label, name, statement) = if request.slot.as_str() == COLLECTOR {
            fields.clear();
            let line = format!("本人领取“{}”的办理结果，已当面核对无误。", loaded.definition.name);
            ("领取人".to_owned(), String::new(), line)
        } else {
            let signer = loaded
                .definition
                .signers
                .iter()
                .find(|one| one.slot == request.slot && signer_applies(one, &loaded.case))
                .ok_or_else(|| domain::refusal::Refusal::UnknownName { name: request.slot.to_string() })?;
            let name = loaded.case.value(&signer.name_field).unwrap_or_default().to_owned();
            let line = format!("本人申请办理“{}”，以上内容和所交材料真实有效。", loaded.definition.name);
            (signer.label.clone(), name, line)
        };
        let shown = ContentHash(sm3(&cbor::to_vec(&(&fields, &statement, &name))).0);
        let release = Uuid::now_v7().to_string();
        let mode = ApplicantMode::Sign {
            release: release.clone(),
            matter: loaded.definition.name.clone(),
            label,
            name,
            fields,
            statement,
        };
        {
            let mut state = self.state();
            state.thanks = None;
            state.notice = None;
            state.released = Some(Released { release, case: request.case, slot: request.slot, mode, shown });
        }
        self.changed(ChangeSource::Window, ["applicant".to_owned(), format!("case:{}", request.case)]);
        self.case_view(request.case)
    }

    pub(crate) fn cancel_signature(&self, request: OneCase) -> Result<CaseView> {
        self.clear_applicant();
        self.changed(ChangeSource::Window, [format!("case:{}", request.case)]);
        self.case_view(request.case)
    }

    /// Slot released now for a case.
    pub(crate) fn released_slot(&self, case: CaseId) -> Option<SlotId> {
        self.state().released.as_ref().filter(|one| one.case == case).map(|one| one.slot.clone())
    }

    /// Whether the collector of a case has signed.
    pub(crate) fn collector_signed(&self, case: CaseId) -> Option<BlobRef> {
        self.state().collector.as_ref().filter(|one| one.case == case).map(|one| one.strokes.clone())
    }

    pub(crate) fn submit_signature(&self, request: SubmitSignature) -> Result<ApplicantView> {
        // The officer's session acts; the citizen only answers what the officer released.
        self.actor()?;
        let (case, slot, shown) = {
            let state = self.state();
            let released = state.released.as_ref().ok_or(Own::NothingReleased)?;
            if released.release != request.release {
                return Err(Own::NothingReleased.into());
            }
            (released.case, released.slot.clone(), released.shown)
        };
        let points: usize = request.strokes.iter().map(Vec::len).sum();
        if !(FEWEST_POINTS..=MOST_POINTS).contains(&points) || request.width == 0 || request.height == 0 {
            return Err(Own::SignatureEmpty.into());
        }
        let strokes: Vec<Vec<serde_json::Value>> = request
            .strokes
            .iter()
            .map(|stroke| {
                stroke
                    .iter()
                    .map(|(x, y, pressure, time)| json!({ "x": x, "y": y, "pressure": pressure, "t": time }))
                    .collect()
            })
            .collect();
        let document = json!({ "width": request.width, "height": request.height, "strokes": strokes });
        let content = serde_json::to_vec(&document).unwrap_or_default();
        let strokes = self.keep_blob(case, &content, "application/json")?;
        if slot.as_str() == COLLECTOR {
            self.state().collector = Some(CollectorSignature { case, strokes });
        } else {
            self.act(case, CommandId(Uuid::now_v7()), Command::Sign { slot, strokes, shown }, "签名")?;
        }
        {
            let mut state = self.state();
            state.released = None;
            state.thanks = Some("签名已收到，谢谢。".to_owned());
        }
        self.changed(
            ChangeSource::Window,
            ["applicant".to_owned(), format!("case:{case}"), "shell".to_owned()],
        );
        self.applicant(Empty {})
    }
}
