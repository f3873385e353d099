//! The list of commands.

use super::request::*;
use super::view::*;
use super::{RpcError, WindowRole};
use crate::Terminal;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

fn run<Q: DeserializeOwned, A: Serialize>(
    terminal: &Terminal,
    window: WindowRole,
    payload: Value,
    work: impl FnOnce(&Terminal, Q) -> Result<A, crate::TerminalError>,
) -> Result<Value, RpcError> {
    let payload = if payload.is_null() { Value::Object(serde_json::Map::new()) } else { payload };
    let request: Q = serde_json::from_value(payload)
        .map_err(|_| terminal.rpc_error(&crate::TerminalError::RequestUnreadable))?;
    let _ = window;
    let answer = work(terminal, request).map_err(|error| terminal.rpc_error(&error))?;
    serde_json::to_value(answer).map_err(|_| terminal.rpc_error(&crate::TerminalError::RequestUnreadable))
}

macro_rules! commands {
    ($(#[$list_doc:meta])* $list:ident, $dispatch:ident, $role:expr, $interface:literal, $types:ident;
     $($(#[doc = $doc:literal])* $name:ident($request:ty) -> $answer:ty;)*) => {
        $(#[$list_doc])*
        pub const $list: &[&str] = &[$(stringify!($name)),*];

        pub(super) fn $dispatch(terminal: &Terminal, name: &str, payload: Value) -> Result<Value, RpcError> {
            match name {
                $(stringify!($name) => run::<$request, $answer>(terminal, $role, payload, Terminal::$name),)*
                _ => Err(terminal.rpc_error(&crate::TerminalError::UnknownCommand)),
            }
        }

        fn $types(config: &ts_rs::Config) -> String {
            use ts_rs::TS as _;
            let mut text = String::from(concat!("export interface ", $interface, " {\n"));
            $(
                $(text.push_str(concat!("  /**", $doc, " */\n"));)*
                text.push_str(&format!(
                    "  {}: {{ request: {}; answer: {} }};\n",
                    stringify!($name),
                    <$request>::name(config),
                    <$answer>::name(config),
                ));
            )*
            text.push_str("}\n");
            text
        }
    };
}

commands! {
    /// Commands of the officer window.
    OFFICER_COMMANDS, dispatch_officer, WindowRole::Officer, "OfficerCommands", officer_types;
    /// Header and status bar.
    shell(Empty) -> Shell;
    /// Makes this terminal known to a server.
    enrol(Enrol) -> Shell;
    /// Logs in.
    login(Login) -> Shell;
    /// Locks the screen; synchronisation goes on.
    lock(Empty) -> Shell;
    /// Goes on after a lock.
    unlock(Unlock) -> Shell;
    /// Logs out.
    logout(Empty) -> Shell;
    /// Acts in another post.
    switch_post(SwitchPost) -> Shell;
    /// The desk.
    desk(Empty) -> Desk;
    /// Cases by number or name.
    find_cases(FindCases) -> Vec<CaseLine>;
    /// Matters.
    matters(Empty) -> Vec<MatterLine>;
    /// Matters that fit what was typed.
    find_matters(FindMatters) -> FoundMatters;
    /// What a situation needs, without a case.
    consult(Consult) -> Consultation;
    /// Shows the notice of a consultation before printing.
    preview_consultation(Consult) -> PreviewView;
    /// Prints the notice of a consultation.
    print_consultation(PrintConsultation) -> OperationView;
    /// Shows the notice of a consultation on the applicant screen.
    show_consultation(Consult) -> Shell;
    /// Takes the notice from the applicant screen.
    hide_consultation(Empty) -> Shell;
    /// One-thing packages.
    packages(Empty) -> Vec<PackageLine>;
    /// Begins the members of a package.
    open_package(OpenPackage) -> PackageView;
    /// The members of the package of a case.
    package(OneCase) -> PackageView;
    /// Submits every member of a package.
    submit_package(CaseAct) -> PackageView;
    /// Begins a case for the person of another case, or the same business again.
    open_from(OpenFrom) -> CaseView;
    /// What an earlier case offers, and which cases look like this one.
    carry(OneCase) -> CarryView;
    /// Asks the server for the same business of the same person.
    look_for_duplicates(OneCase) -> CarryView;
    /// Takes over a scanned material of the earlier case.
    carry_material(CarryMaterial) -> CaseView;
    /// The day sheet.
    day_sheet(DayOf) -> DaySheetView;
    /// Shows the day sheet before printing.
    preview_day_sheet(DayOf) -> PreviewView;
    /// Prints the day sheet.
    print_day_sheet(PrintDaySheet) -> OperationView;
    /// Cases to review, with those that may be passed together.
    batch_lines(Empty) -> Vec<BatchLine>;
    /// Passes several cases, each with an act of its own.
    pass_batch(PassBatch) -> BatchView;
    /// Who laid a card on the empty desk.
    arrival(Empty) -> Option<Arrival>;
    /// Forgets the card of the arrival page.
    dismiss_arrival(Empty) -> Shell;
    /// Begins a case.
    open_case(OpenCase) -> CaseView;
    /// A case.
    case(OneCase) -> CaseView;
    /// A case that stands on the screen, once more; where the officer is does not change by it.
    refresh_case(OneCase) -> CaseView;
    /// A case with what its reviewer needs.
    review_case(OneCase) -> ReviewView;
    /// Answers a situation question.
    answer_question(AnswerQuestion) -> CaseView;
    /// Changes fields.
    change_fields(ChangeFields) -> CaseView;
    /// Keeps what is being typed.
    save_draft(SaveDraft) -> Shell;
    /// Reads a card for a person of the case.
    read_card(ReadCard) -> OperationView;
    /// Reads cards one after the other into a table of persons.
    read_row_cards(ReadRowCards) -> OperationView;
    /// Takes an identity as typed.
    type_identity(TypeIdentity) -> CaseView;
    /// Asks the register.
    run_lookup(RunLookup) -> CaseView;
    /// Scans pages.
    scan_pages(ScanPages) -> OperationView;
    /// Turns a page.
    rotate_page(RotatePage) -> CaseView;
    /// Cuts a page.
    crop_page(CropPage) -> CaseView;
    /// Takes a page out.
    remove_page(RemovePage) -> CaseView;
    /// Says what a page looks like.
    judge_page(JudgePage) -> PageJudged;
    /// Keeps a page although something is wrong with it.
    keep_page(KeepPage) -> CaseView;
    /// Puts pages in another order.
    reorder_pages(ReorderPages) -> CaseView;
    /// Releases a signature slot to the applicant screen.
    request_signature(RequestSignature) -> CaseView;
    /// Asks the citizen to rate the service.
    request_evaluation(OneCase) -> CaseView;
    /// Takes back what was released to the applicant screen.
    take_back_release(OneCase) -> CaseView;
    /// Takes the fingerprints that the matter asks for.
    take_fingerprints(TakeFingerprints) -> OperationView;
    /// Takes none, for a reason.
    omit_fingerprints(OmitFingerprints) -> CaseView;
    /// Takes a signature back.
    clear_signature(ClearSignature) -> CaseView;
    /// Overrides a warning.
    override_warning(OverrideWarning) -> CaseView;
    /// Submits.
    submit_case(CaseAct) -> CaseView;
    /// Confirms an intake made without the network.
    confirm_acceptance(CaseAct) -> CaseView;
    /// Takes the application back.
    withdraw_case(Withdraw) -> CaseView;
    /// Does something beside the flow.
    steer_case(SteerCase) -> CaseView;
    /// The acts of a case that the server did not place, with both sides.
    mend(OneCase) -> MendView;
    /// Makes the first of them again, with the chosen values.
    redo_act(RedoAct) -> MendView;
    /// Makes those that wait behind it again, as far as the rules take them.
    redo_rest(CaseAct) -> MendView;
    /// Gives the first of them up, or all.
    give_up_act(GiveUpAct) -> MendView;
    /// What the definition in force would change for a case that keeps another.
    definition_difference(OneCase) -> DefinitionDifference;
    /// Moves a case to the definition in force.
    move_definition(MoveDefinition) -> CaseView;
    /// Parks a case.
    park_case(OneCase) -> Shell;
    /// Takes a parked case up again.
    resume_case(OneCase) -> CaseView;
    /// Parked cases.
    parked_cases(Empty) -> Vec<CaseLine>;
    /// Decides as a reviewer.
    decide_review(DecideReview) -> CaseView;
    /// Hands the decided act to the register.
    effect_case(CaseAct) -> CaseView;
    continue_case(CaseAct) -> CaseView;
    /// Gives the result out.
    collect_result(CollectResult) -> CaseView;
    /// Shows a paper before printing.
    preview_print(PreviewPrint) -> PreviewView;
    /// Prints a paper.
    print_document(PrintDocument) -> OperationView;
    /// An operation.
    operation(OneOperation) -> OperationView;
    /// Stops an operation.
    cancel_operation(OneOperation) -> OperationView;
    /// Says to an operation what one of its buttons says: it is enough, the card is turned, the finger is injured.
    proceed_operation(ProceedOperation) -> OperationView;
    /// Undoes the last act that can be undone.
    undo(Empty) -> Shell;
    /// Code tables.
    codes(Empty) -> Codes;
    /// Standard addresses by what is typed.
    find_addresses(FindAddresses) -> AddressesFound;
    /// Codes of a long table by what is typed.
    find_codes(FindCodes) -> CodesFound;
    /// The queue of this window.
    queue(Empty) -> Option<QueueView>;
    /// Calls a ticket to this window.
    call_ticket(CallTicket) -> QueueView;
    /// Nobody came with the ticket that was called.
    pass_ticket(Empty) -> QueueView;
    /// Devices.
    devices(Empty) -> DevicesView;
    choose_device(OneDevice) -> DevicesView;
    /// Records a device, masked, or ends that.
    record_device(RecordDevice) -> DevicesView;
    /// What can be set at a device.
    device_settings(OneDevice) -> DeviceSettings;
    set_device(SetDevice) -> DeviceSettings;
    try_device(TryDevice) -> OperationView;
    /// Shows what a camera sees, as pictures under `/frames/{operation}`, until it is stopped or nobody looks.
    look_through(TryDevice) -> OperationView;
    /// Tries other settings of a camera while it is looked through; nothing of it is kept.
    adjust_look(AdjustLook) -> OperationView;
    /// What the virtual devices of a training counter can do.
    rehearsal(Empty) -> RehearsalView;
    rehearse(Rehearse) -> RehearsalView;
    /// What waits for the server.
    sync_state(Empty) -> SyncView;
    /// Tries the server now.
    sync_now(Empty) -> SyncView;
    /// Writes a diagnostic bundle without personal data; the answer names the file.
    diagnostic_bundle(Empty) -> String;
}

commands! {
    /// Commands of the applicant screen.
    APPLICANT_COMMANDS, dispatch_applicant, WindowRole::Applicant, "ApplicantCommands", applicant_types;
    /// What the screen shows.
    applicant(Empty) -> ApplicantView;
    /// The citizen signed.
    submit_signature(SubmitSignature) -> ApplicantView;
    /// The citizen rated the service.
    submit_evaluation(SubmitEvaluation) -> ApplicantView;
}

/// TypeScript interfaces of both lists.
#[must_use]
pub fn command_types(config: &ts_rs::Config) -> String {
    format!("{}\n{}", officer_types(config), applicant_types(config))
}
