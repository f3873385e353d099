//! The citizen rates the service (好差评): on the evaluation pad or on the applicant screen, with his own hand. What he
//! pressed goes into the case; the officer's window says only that he did.

use crate::Terminal;
use crate::applicant::{Released, Wanted};
use crate::devices::prompt::Prompt;
use crate::devices::waiting::run_while;
use crate::error::{Own, Result};
use crate::rpc::ChangeSource;
use crate::rpc::request::{OneCase, SubmitEvaluation};
use crate::rpc::view::{ApplicantMode, ApplicantView, CaseView, EvaluationView};
use domain::case::Case;
use domain::command::Command;
use domain::context::Context;
use domain::decide::evaluable;
use domain::event::Reading;
use domain::ids::{CaseId, CommandId, ContentHash};
use domain::refusal::Refusal;
use driver_contract::{
    DeviceClass, EvaluationParameters, EvaluationReading, Fault, FaultCode, Outcome, Task,
};
use gm::sm3;
use std::time::Duration;
use uuid::Uuid;

/// Somebody who packs his things first. After that nobody stands there any more.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a pad with a display or a voice says.
const QUESTION: &str = "请您为本次服务评价";

impl Terminal {
    /// Asks the citizen, on the applicant screen and on the pad where there is one.
    pub(crate) fn request_evaluation(&self, request: OneCase) -> Result<CaseView> {
        let actor = self.actor()?;
        let loaded = self.load_case(request.case)?;
        evaluable(&loaded.case, &actor.post)?;
        let release = Uuid::now_v7().to_string();
        let lines = self.device_lines();
        let pad = lines.iter().any(|one| one.device.class == DeviceClass::EvaluationPad && one.ready);
        let mode =
            ApplicantMode::Evaluate { release: release.clone(), matter: loaded.definition.name.clone(), pad };
        self.release(Released {
            release: release.clone(),
            case: request.case,
            wanted: Wanted::Evaluation,
            mode,
        });
        if pad {
            self.evaluate_at_pad(release);
        }
        self.prompt(Prompt::Rate);
        self.changed(ChangeSource::Window, ["applicant".to_owned(), format!("case:{}", request.case)]);
        self.case_view(request.case)
    }

    /// The citizen pressed on the applicant screen.
    pub(crate) fn submit_evaluation(&self, request: SubmitEvaluation) -> Result<ApplicantView> {
        self.take_evaluation(&request.release, request.score, None)
    }

    fn take_evaluation(
        &self,
        release: &str,
        score: u8,
        at_pad: Option<&EvaluationReading>,
    ) -> Result<ApplicantView> {
        // The officer's session acts; the citizen only answers what the officer released.
        self.actor()?;
        let case = self.released_evaluation(release).ok_or(Own::NothingReleased)?;
        let reading: Option<Reading> =
            at_pad.map(|one| self.reading_from(&one.provenance, ContentHash(sm3(&one.raw).0)));
        self.act(case, CommandId(Uuid::now_v7()), Command::Evaluate { score, reading }, "评价")?;
        self.thank("感谢您的评价。");
        self.prompt(Prompt::Rated);
        self.changed(
            ChangeSource::Window,
            ["applicant".to_owned(), format!("case:{case}"), "shell".to_owned()],
        );
        self.applicant(crate::rpc::request::Empty {})
    }

    /// Waits for the pad, until somebody has answered on the screen or nobody waits any more.
    fn evaluate_at_pad(&self, release: String) {
        let Ok((host, device)) = self.device(DeviceClass::EvaluationPad) else { return };
        let me = self.me.clone();
        let begun = std::thread::Builder::new().name("evaluation".to_owned()).spawn(move || {
            let task = Task::Evaluate(EvaluationParameters { prompt: QUESTION.to_owned() });
            let wanted = || me.upgrade().is_some_and(|terminal| terminal.is_released(&release));
            let ended = run_while(&host, &device.id, (task, PATIENCE), wanted, |_, _| {});
            let Some(terminal) = me.upgrade() else { return };
            let taken = match ended {
                Ok(None) => return,
                Ok(Some(Outcome::Evaluated(reading))) => {
                    terminal.take_evaluation(&release, reading.score, Some(&reading)).map(drop)
                }
                Ok(Some(_)) => Err(Fault::new(FaultCode::ProtocolGarbage, host.class()).into()),
                Err(fault) => Err(fault.into()),
            };
            if let Err(error) = taken {
                // The screen can still be pressed.
                tracing::info!(code = error.code(), "the pad took no evaluation");
                if terminal.released_without_pad(&release) {
                    terminal.changed(ChangeSource::Device, ["applicant", "shell", "devices"]);
                }
            }
        });
        if let Err(error) = begun {
            tracing::warn!(%error, "no evaluation on the pad");
        }
    }

    /// What the officer may ask for, and whether it was answered; never the answer.
    pub(crate) fn evaluation_view(&self, case: &Case, context: &Context) -> EvaluationView {
        let possible = evaluable(case, &context.actor.post);
        EvaluationView {
            possible: possible.is_ok(),
            asked: self.evaluation_asked(case.id),
            given: possible == Err(Refusal::AlreadyEvaluated),
        }
    }

    fn evaluation_asked(&self, case: CaseId) -> bool {
        let state = self.state();
        let released = state.released.as_ref().filter(|one| one.case == case);
        released.is_some_and(|one| matches!(one.wanted, Wanted::Evaluation))
    }
}
