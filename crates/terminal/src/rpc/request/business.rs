//! Requests of the counter's own ways: finding a matter, consultation, packages, one more, the day sheet.

use domain::event::Relation;
use domain::ids::{CaseId, CommandId, MaterialId, MatterId, OfficerId, QuestionId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

request! {
    /// Searches matters.
    FindMatters {
        /// What was typed: initials, words, a number; empty for the first page.
        text: String,
    }
}
request! {
    /// A consultation without a case. Holds no person, and is not kept.
    Consult {
        /// Matter.
        matter: MatterId,
        /// Answers so far.
        answers: Vec<(QuestionId, String)>,
        /// Materials that the citizen has.
        has: Vec<MaterialId>,
    }
}
request! {
    /// Prints the one-time notice of a consultation.
    PrintConsultation {
        /// Names the printing: repeated, it prints nothing more.
        command: CommandId,
        /// The consultation.
        consult: Consult,
    }
}
request! {
    /// Begins a case for the person of another case, or the same business again.
    OpenFrom {
        /// Names the command.
        command: CommandId,
        /// The earlier case.
        from: CaseId,
        /// Matter of the new one.
        matter: MatterId,
        /// Why the two belong together: `one_more` or `redo`.
        relation: Relation,
    }
}
request! {
    /// Takes over the pages of a material of the earlier case.
    CarryMaterial {
        /// Names the command.
        command: CommandId,
        /// The new case.
        case: CaseId,
        /// The material in the new case.
        material: MaterialId,
    }
}
request! {
    /// Begins the members of a one-thing package.
    OpenPackage {
        /// Names the command.
        command: CommandId,
        /// Package.
        package: String,
        /// Its optional matters that are wanted.
        with: Vec<MatterId>,
        /// Takes the card of the arrival page.
        arrival: bool,
    }
}
request! {
    /// Names a day and an officer.
    DayOf {
        /// Day, `YYYY-MM-DD`; empty for today.
        day: String,
        /// Officer; none for whoever works now.
        officer: Option<OfficerId>,
    }
}
request! {
    /// Prints the day sheet.
    PrintDaySheet {
        /// Names the printing: repeated, it prints nothing more.
        command: CommandId,
        /// Whose.
        of: DayOf,
    }
}
request! {
    /// Passes several equal cases of low risk, each with an act of its own.
    PassBatch {
        /// Names the first command; each case has one made from it.
        command: CommandId,
        /// Cases.
        cases: Vec<CaseId>,
        /// Opinion, the same for all.
        opinion: String,
    }
}
request! {
    /// Reads cards one after the other into a table of persons, until it is stopped.
    ReadRowCards {
        /// Names the wish: repeated, it begins nothing more.
        command: CommandId,
        /// Case.
        case: CaseId,
        /// The table section.
        section: String,
    }
}
