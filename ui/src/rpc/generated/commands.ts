// Made from crates/terminal/src/rpc by crates/terminal/tests/types.rs. Do not edit.
import type { AddressesFound } from "./AddressesFound";
import type { AdjustLook } from "./AdjustLook";
import type { AnswerQuestion } from "./AnswerQuestion";
import type { ApplicantView } from "./ApplicantView";
import type { Arrival } from "./Arrival";
import type { BatchLine } from "./BatchLine";
import type { BatchView } from "./BatchView";
import type { CallTicket } from "./CallTicket";
import type { CarryMaterial } from "./CarryMaterial";
import type { CarryView } from "./CarryView";
import type { CaseAct } from "./CaseAct";
import type { CaseLine } from "./CaseLine";
import type { CaseView } from "./CaseView";
import type { ChangeFields } from "./ChangeFields";
import type { ClearSignature } from "./ClearSignature";
import type { Codes } from "./Codes";
import type { CodesFound } from "./CodesFound";
import type { CollectResult } from "./CollectResult";
import type { Consult } from "./Consult";
import type { Consultation } from "./Consultation";
import type { CropPage } from "./CropPage";
import type { DayOf } from "./DayOf";
import type { DaySheetView } from "./DaySheetView";
import type { DecideReview } from "./DecideReview";
import type { DefinitionDifference } from "./DefinitionDifference";
import type { Desk } from "./Desk";
import type { DeviceSettings } from "./DeviceSettings";
import type { DevicesView } from "./DevicesView";
import type { Empty } from "./Empty";
import type { Enrol } from "./Enrol";
import type { FindAddresses } from "./FindAddresses";
import type { FindCases } from "./FindCases";
import type { FindCodes } from "./FindCodes";
import type { FindMatters } from "./FindMatters";
import type { FoundMatters } from "./FoundMatters";
import type { GiveUpAct } from "./GiveUpAct";
import type { JudgePage } from "./JudgePage";
import type { KeepPage } from "./KeepPage";
import type { Login } from "./Login";
import type { MatterLine } from "./MatterLine";
import type { MendView } from "./MendView";
import type { MoveDefinition } from "./MoveDefinition";
import type { OmitFingerprints } from "./OmitFingerprints";
import type { OneCase } from "./OneCase";
import type { OneDevice } from "./OneDevice";
import type { OneOperation } from "./OneOperation";
import type { OpenCase } from "./OpenCase";
import type { OpenFrom } from "./OpenFrom";
import type { OpenPackage } from "./OpenPackage";
import type { OperationView } from "./OperationView";
import type { OverrideWarning } from "./OverrideWarning";
import type { PackageLine } from "./PackageLine";
import type { PackageView } from "./PackageView";
import type { PageJudged } from "./PageJudged";
import type { PassBatch } from "./PassBatch";
import type { PreviewPrint } from "./PreviewPrint";
import type { PreviewView } from "./PreviewView";
import type { PrintConsultation } from "./PrintConsultation";
import type { PrintDaySheet } from "./PrintDaySheet";
import type { PrintDocument } from "./PrintDocument";
import type { ProceedOperation } from "./ProceedOperation";
import type { QueueView } from "./QueueView";
import type { ReadCard } from "./ReadCard";
import type { ReadRowCards } from "./ReadRowCards";
import type { RecordDevice } from "./RecordDevice";
import type { RedoAct } from "./RedoAct";
import type { RehearsalView } from "./RehearsalView";
import type { Rehearse } from "./Rehearse";
import type { RemovePage } from "./RemovePage";
import type { ReorderPages } from "./ReorderPages";
import type { RequestSignature } from "./RequestSignature";
import type { ReviewView } from "./ReviewView";
import type { RotatePage } from "./RotatePage";
import type { RunLookup } from "./RunLookup";
import type { SaveDraft } from "./SaveDraft";
import type { ScanPages } from "./ScanPages";
import type { SetDevice } from "./SetDevice";
import type { Shell } from "./Shell";
import type { SteerCase } from "./SteerCase";
import type { SubmitEvaluation } from "./SubmitEvaluation";
import type { SubmitSignature } from "./SubmitSignature";
import type { SwitchPost } from "./SwitchPost";
import type { SyncView } from "./SyncView";
import type { TakeFingerprints } from "./TakeFingerprints";
import type { TryDevice } from "./TryDevice";
import type { TypeIdentity } from "./TypeIdentity";
import type { Unlock } from "./Unlock";
import type { Withdraw } from "./Withdraw";

export interface OfficerCommands {
  /** Header and status bar. */
  shell: { request: Empty; answer: Shell };
  /** Makes this terminal known to a server. */
  enrol: { request: Enrol; answer: Shell };
  /** Logs in. */
  login: { request: Login; answer: Shell };
  /** Locks the screen; synchronisation goes on. */
  lock: { request: Empty; answer: Shell };
  /** Goes on after a lock. */
  unlock: { request: Unlock; answer: Shell };
  /** Logs out. */
  logout: { request: Empty; answer: Shell };
  /** Acts in another post. */
  switch_post: { request: SwitchPost; answer: Shell };
  /** The desk. */
  desk: { request: Empty; answer: Desk };
  /** Cases by number or name. */
  find_cases: { request: FindCases; answer: Array<CaseLine> };
  /** Matters. */
  matters: { request: Empty; answer: Array<MatterLine> };
  /** Matters that fit what was typed. */
  find_matters: { request: FindMatters; answer: FoundMatters };
  /** What a situation needs, without a case. */
  consult: { request: Consult; answer: Consultation };
  /** Shows the notice of a consultation before printing. */
  preview_consultation: { request: Consult; answer: PreviewView };
  /** Prints the notice of a consultation. */
  print_consultation: { request: PrintConsultation; answer: OperationView };
  /** Shows the notice of a consultation on the applicant screen. */
  show_consultation: { request: Consult; answer: Shell };
  /** Takes the notice from the applicant screen. */
  hide_consultation: { request: Empty; answer: Shell };
  /** One-thing packages. */
  packages: { request: Empty; answer: Array<PackageLine> };
  /** Begins the members of a package. */
  open_package: { request: OpenPackage; answer: PackageView };
  /** The members of the package of a case. */
  package: { request: OneCase; answer: PackageView };
  /** Submits every member of a package. */
  submit_package: { request: CaseAct; answer: PackageView };
  /** Begins a case for the person of another case, or the same business again. */
  open_from: { request: OpenFrom; answer: CaseView };
  /** What an earlier case offers, and which cases look like this one. */
  carry: { request: OneCase; answer: CarryView };
  /** Asks the server for the same business of the same person. */
  look_for_duplicates: { request: OneCase; answer: CarryView };
  /** Takes over a scanned material of the earlier case. */
  carry_material: { request: CarryMaterial; answer: CaseView };
  /** The day sheet. */
  day_sheet: { request: DayOf; answer: DaySheetView };
  /** Shows the day sheet before printing. */
  preview_day_sheet: { request: DayOf; answer: PreviewView };
  /** Prints the day sheet. */
  print_day_sheet: { request: PrintDaySheet; answer: OperationView };
  /** Cases to review, with those that may be passed together. */
  batch_lines: { request: Empty; answer: Array<BatchLine> };
  /** Passes several cases, each with an act of its own. */
  pass_batch: { request: PassBatch; answer: BatchView };
  /** Who laid a card on the empty desk. */
  arrival: { request: Empty; answer: Arrival | null };
  /** Forgets the card of the arrival page. */
  dismiss_arrival: { request: Empty; answer: Shell };
  /** Begins a case. */
  open_case: { request: OpenCase; answer: CaseView };
  /** A case. */
  case: { request: OneCase; answer: CaseView };
  /** A case that stands on the screen, once more; where the officer is does not change by it. */
  refresh_case: { request: OneCase; answer: CaseView };
  /** A case with what its reviewer needs. */
  review_case: { request: OneCase; answer: ReviewView };
  /** Answers a situation question. */
  answer_question: { request: AnswerQuestion; answer: CaseView };
  /** Changes fields. */
  change_fields: { request: ChangeFields; answer: CaseView };
  /** Keeps what is being typed. */
  save_draft: { request: SaveDraft; answer: Shell };
  /** Reads a card for a person of the case. */
  read_card: { request: ReadCard; answer: OperationView };
  /** Reads cards one after the other into a table of persons. */
  read_row_cards: { request: ReadRowCards; answer: OperationView };
  /** Takes an identity as typed. */
  type_identity: { request: TypeIdentity; answer: CaseView };
  /** Asks the register. */
  run_lookup: { request: RunLookup; answer: CaseView };
  /** Scans pages. */
  scan_pages: { request: ScanPages; answer: OperationView };
  /** Turns a page. */
  rotate_page: { request: RotatePage; answer: CaseView };
  /** Cuts a page. */
  crop_page: { request: CropPage; answer: CaseView };
  /** Takes a page out. */
  remove_page: { request: RemovePage; answer: CaseView };
  /** Says what a page looks like. */
  judge_page: { request: JudgePage; answer: PageJudged };
  /** Keeps a page although something is wrong with it. */
  keep_page: { request: KeepPage; answer: CaseView };
  /** Puts pages in another order. */
  reorder_pages: { request: ReorderPages; answer: CaseView };
  /** Releases a signature slot to the applicant screen. */
  request_signature: { request: RequestSignature; answer: CaseView };
  /** Asks the citizen to rate the service. */
  request_evaluation: { request: OneCase; answer: CaseView };
  /** Takes back what was released to the applicant screen. */
  take_back_release: { request: OneCase; answer: CaseView };
  /** Takes the fingerprints that the matter asks for. */
  take_fingerprints: { request: TakeFingerprints; answer: OperationView };
  /** Takes none, for a reason. */
  omit_fingerprints: { request: OmitFingerprints; answer: CaseView };
  /** Takes a signature back. */
  clear_signature: { request: ClearSignature; answer: CaseView };
  /** Overrides a warning. */
  override_warning: { request: OverrideWarning; answer: CaseView };
  /** Submits. */
  submit_case: { request: CaseAct; answer: CaseView };
  /** Confirms an intake made without the network. */
  confirm_acceptance: { request: CaseAct; answer: CaseView };
  /** Takes the application back. */
  withdraw_case: { request: Withdraw; answer: CaseView };
  /** Does something beside the flow. */
  steer_case: { request: SteerCase; answer: CaseView };
  /** The acts of a case that the server did not place, with both sides. */
  mend: { request: OneCase; answer: MendView };
  /** Makes the first of them again, with the chosen values. */
  redo_act: { request: RedoAct; answer: MendView };
  /** Makes those that wait behind it again, as far as the rules take them. */
  redo_rest: { request: CaseAct; answer: MendView };
  /** Gives the first of them up, or all. */
  give_up_act: { request: GiveUpAct; answer: MendView };
  /** What the definition in force would change for a case that keeps another. */
  definition_difference: { request: OneCase; answer: DefinitionDifference };
  /** Moves a case to the definition in force. */
  move_definition: { request: MoveDefinition; answer: CaseView };
  /** Parks a case. */
  park_case: { request: OneCase; answer: Shell };
  /** Takes a parked case up again. */
  resume_case: { request: OneCase; answer: CaseView };
  /** Parked cases. */
  parked_cases: { request: Empty; answer: Array<CaseLine> };
  /** Decides as a reviewer. */
  decide_review: { request: DecideReview; answer: CaseView };
  /** Hands the decided act to the register. */
  effect_case: { request: CaseAct; answer: CaseView };
  continue_case: { request: CaseAct; answer: CaseView };
  /** Gives the result out. */
  collect_result: { request: CollectResult; answer: CaseView };
  /** Shows a paper before printing. */
  preview_print: { request: PreviewPrint; answer: PreviewView };
  /** Prints a paper. */
  print_document: { request: PrintDocument; answer: OperationView };
  /** An operation. */
  operation: { request: OneOperation; answer: OperationView };
  /** Stops an operation. */
  cancel_operation: { request: OneOperation; answer: OperationView };
  /** Says to an operation what one of its buttons says: it is enough, the card is turned, the finger is injured. */
  proceed_operation: { request: ProceedOperation; answer: OperationView };
  /** Undoes the last act that can be undone. */
  undo: { request: Empty; answer: Shell };
  /** Code tables. */
  codes: { request: Empty; answer: Codes };
  /** Standard addresses by what is typed. */
  find_addresses: { request: FindAddresses; answer: AddressesFound };
  /** Codes of a long table by what is typed. */
  find_codes: { request: FindCodes; answer: CodesFound };
  /** The queue of this window. */
  queue: { request: Empty; answer: QueueView | null };
  /** Calls a ticket to this window. */
  call_ticket: { request: CallTicket; answer: QueueView };
  /** Nobody came with the ticket that was called. */
  pass_ticket: { request: Empty; answer: QueueView };
  /** Devices. */
  devices: { request: Empty; answer: DevicesView };
  choose_device: { request: OneDevice; answer: DevicesView };
  /** Records a device, masked, or ends that. */
  record_device: { request: RecordDevice; answer: DevicesView };
  /** What can be set at a device. */
  device_settings: { request: OneDevice; answer: DeviceSettings };
  set_device: { request: SetDevice; answer: DeviceSettings };
  try_device: { request: TryDevice; answer: OperationView };
  /** Shows what a camera sees, as pictures under `/frames/{operation}`, until it is stopped or nobody looks. */
  look_through: { request: TryDevice; answer: OperationView };
  /** Tries other settings of a camera while it is looked through; nothing of it is kept. */
  adjust_look: { request: AdjustLook; answer: OperationView };
  /** What the virtual devices of a training counter can do. */
  rehearsal: { request: Empty; answer: RehearsalView };
  rehearse: { request: Rehearse; answer: RehearsalView };
  /** What waits for the server. */
  sync_state: { request: Empty; answer: SyncView };
  /** Tries the server now. */
  sync_now: { request: Empty; answer: SyncView };
  /** Writes a diagnostic bundle without personal data; the answer names the file. */
  diagnostic_bundle: { request: Empty; answer: string };
}

export interface ApplicantCommands {
  /** What the screen shows. */
  applicant: { request: Empty; answer: ApplicantView };
  /** The citizen signed. */
  submit_signature: { request: SubmitSignature; answer: ApplicantView };
  /** The citizen rated the service. */
  submit_evaluation: { request: SubmitEvaluation; answer: ApplicantView };
}

export const OFFICER_COMMANDS = [
  "shell",
  "enrol",
  "login",
  "lock",
  "unlock",
  "logout",
  "switch_post",
  "desk",
  "find_cases",
  "matters",
  "find_matters",
  "consult",
  "preview_consultation",
  "print_consultation",
  "show_consultation",
  "hide_consultation",
  "packages",
  "open_package",
  "package",
  "submit_package",
  "open_from",
  "carry",
  "look_for_duplicates",
  "carry_material",
  "day_sheet",
  "preview_day_sheet",
  "print_day_sheet",
  "batch_lines",
  "pass_batch",
  "arrival",
  "dismiss_arrival",
  "open_case",
  "case",
  "refresh_case",
  "review_case",
  "answer_question",
  "change_fields",
  "save_draft",
  "read_card",
  "read_row_cards",
  "type_identity",
  "run_lookup",
  "scan_pages",
  "rotate_page",
  "crop_page",
  "remove_page",
  "judge_page",
  "keep_page",
  "reorder_pages",
  "request_signature",
  "request_evaluation",
  "take_back_release",
  "take_fingerprints",
  "omit_fingerprints",
  "clear_signature",
  "override_warning",
  "submit_case",
  "confirm_acceptance",
  "withdraw_case",
  "steer_case",
  "mend",
  "redo_act",
  "redo_rest",
  "give_up_act",
  "definition_difference",
  "move_definition",
  "park_case",
  "resume_case",
  "parked_cases",
  "decide_review",
  "effect_case",
  "continue_case",
  "collect_result",
  "preview_print",
  "print_document",
  "operation",
  "cancel_operation",
  "proceed_operation",
  "undo",
  "codes",
  "find_addresses",
  "find_codes",
  "queue",
  "call_ticket",
  "pass_ticket",
  "devices",
  "choose_device",
  "record_device",
  "device_settings",
  "set_device",
  "try_device",
  "look_through",
  "adjust_look",
  "rehearsal",
  "rehearse",
  "sync_state",
  "sync_now",
  "diagnostic_bundle",
] as const;

export const APPLICANT_COMMANDS = [
  "applicant",
  "submit_signature",
  "submit_evaluation",
] as const;
