//! The applicant screen (客屏): shows only what was released to it, and clears at every switch.

use crate::Terminal;
use crate::devices::prompt::Prompt;
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
use driver_contract::Provenance;
use gm::sm3;
use serde_json::json;
use uuid::Uuid;

/// The slot of whoever takes the result; not a slot of any form.
pub(crate) const COLLECTOR: &str = "collector";
/// A signature has at least so many points: a single touch is none.
const FEWEST_POINTS: usize = 8;
/// A signature of more points is no handwriting.
const MOST_POINTS: usize = 20_000;

/// What lies on the applicant screen and waits for the citizen.
pub(crate) struct Released {
    pub(crate) release: String,
    pub(crate) case: CaseId,
    pub(crate) wanted: Wanted,
    pub(crate) mode: ApplicantMode,
}

/// What is wanted from the citizen.
pub(crate) enum Wanted {
    /// A signature of a slot, on what he was shown.
    Signature { slot: SlotId, shown: ContentHash },
    /// What he thinks of the service.
    Evaluation,
}

/// What a pen wrote, on the applicant screen or on a pad.
pub(crate) struct Ink {
    /// Width of the surface, in its own units.
    pub(crate) width: u32,
    /// Height of the surface.
    pub(crate) height: u32,
    /// Strokes: points of x, y, pressure 0 to 1023, milliseconds from the first point.
    pub(crate) strokes: Vec<Vec<(i32, i32, u16, u32)>>,
    /// The pad's capture; none from the applicant screen, which is a part of this program.
    pub(crate) provenance: Option<Provenance>,
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
        let matter = loaded.definition.name.clone();
        let at_pad = (format!("{matter} {label}"), statement.clone());
        let pad = self.has_pad();
        let named = release.clone();
        let mode =
            ApplicantMode::Sign { release: named.clone(), matter, label, name, fields, statement, pad };
        let wanted = Wanted::Signature { slot: request.slot, shown };
        self.release(Released { release, case: request.case, wanted, mode });
        if pad {
            self.sign_at_pad(&named, at_pad.0, at_pad.1);
        }
        self.prompt(if pad { Prompt::SignOnPad } else { Prompt::SignOnScreen });
        self.changed(ChangeSource::Window, ["applicant".to_owned(), format!("case:{}", request.case)]);
        self.case_view(request.case)
    }

    /// Lays something on the applicant screen; what lay there goes.
    pub(crate) fn release(&self, released: Released) {
        let mut state = self.state();
        state.thanks = None;
        state.notice = None;
        state.released = Some(released);
    }

    /// Takes away what was answered, and thanks.
    pub(crate) fn thank(&self, words: &str) {
        let mut state = self.state();
        state.released = None;
        state.thanks = Some(words.to_owned());
    }

    /// The case that waits for this evaluation.
    pub(crate) fn released_evaluation(&self, release: &str) -> Option<CaseId> {
        let state = self.state();
        let released = state.released.as_ref().filter(|one| one.release == release)?;
        matches!(released.wanted, Wanted::Evaluation).then_some(released.case)
    }

    /// Whether this is what lies there.
    pub(crate) fn is_released(&self, release: &str) -> bool {
        self.state().released.as_ref().is_some_and(|one| one.release == release)
    }

    /// What lies there is answered on the screen alone; whether it lay on a pad too.
    pub(crate) fn released_without_pad(&self, release: &str) -> bool {
        let mut state = self.state();
        match state.released.as_mut().filter(|one| one.release == release).map(|one| &mut one.mode) {
            Some(ApplicantMode::Sign { pad, .. } | ApplicantMode::Evaluate { pad, .. }) => {
                std::mem::take(pad)
            }
            _ => false,
        }
    }

    pub(crate) fn take_back_release(&self, request: OneCase) -> Result<CaseView> {
        self.clear_applicant();
        self.changed(ChangeSource::Window, [format!("case:{}", request.case)]);
        self.case_view(request.case)
    }

    /// Slot released now for a case.
    pub(crate) fn released_slot(&self, case: CaseId) -> Option<SlotId> {
        let state = self.state();
        match &state.released.as_ref().filter(|one| one.case == case)?.wanted {
            Wanted::Signature { slot, .. } => Some(slot.clone()),
            Wanted::Evaluation => None,
        }
    }

    /// Whether the collector of a case has signed.
    pub(crate) fn collector_signed(&self, case: CaseId) -> Option<BlobRef> {
        self.state().collector.as_ref().filter(|one| one.case == case).map(|one| one.strokes.clone())
    }

    pub(crate) fn submit_signature(&self, request: SubmitSignature) -> Result<ApplicantView> {
        let SubmitSignature { release, width, height, strokes } = request;
        self.take_ink(&release, Ink { width, height, strokes, provenance: None })
    }

    /// Takes a signature for what was released; refused when something else, or nothing, lies there now.
    pub(crate) fn take_ink(&self, release: &str, ink: Ink) -> Result<ApplicantView> {
        // The officer's session acts; the citizen only answers what the officer released.
        self.actor()?;
        let (case, slot, shown) = {
            let state = self.state();
            let released = state.released.as_ref().ok_or(Own::NothingReleased)?;
            if released.release != release {
                return Err(Own::NothingReleased.into());
            }
            let Wanted::Signature { slot, shown } = &released.wanted else {
                return Err(Own::NothingReleased.into());
            };
            (released.case, slot.clone(), *shown)
        };
        let points: usize = ink.strokes.iter().map(Vec::len).sum();
        if !(FEWEST_POINTS..=MOST_POINTS).contains(&points) || ink.width == 0 || ink.height == 0 {
            return Err(Own::SignatureEmpty.into());
        }
        let strokes: Vec<Vec<serde_json::Value>> = ink
            .strokes
            .iter()
            .map(|stroke| {
                stroke
                    .iter()
                    .map(|(x, y, pressure, time)| json!({ "x": x, "y": y, "pressure": pressure, "t": time }))
                    .collect()
            })
            .collect();
        let mut document = json!({ "width": ink.width, "height": ink.height, "strokes": strokes });
        if let Some(provenance) = &ink.provenance {
            document["provenance"] = json!(provenance);
        }
        let content = serde_json::to_vec(&document).unwrap_or_default();
        let strokes = self.keep_blob(case, &content, "application/json")?;
        if slot.as_str() == COLLECTOR {
            self.state().collector = Some(CollectorSignature { case, strokes });
        } else {
            self.act(case, CommandId(Uuid::now_v7()), Command::Sign { slot, strokes, shown }, "签名")?;
        }
        self.thank("签名已收到，谢谢。");
        self.prompt(Prompt::Signed);
        self.changed(
            ChangeSource::Window,
            ["applicant".to_owned(), format!("case:{case}"), "shell".to_owned()],
        );
        self.applicant(Empty {})
    }
}
