import type { ApplicantCommands, OfficerCommands } from './generated/commands'

type Commands = OfficerCommands & ApplicantCommands
/** Commands whose request carries the `command` that names it. */
export type NamedCommand = { [K in keyof Commands]: Commands[K]['request'] extends { command: string } ? K : never }[keyof Commands]

/** Complete by its type: a command that gets or loses a name makes the type check fail here. */
const NAMED: Record<NamedCommand, true> = {
  open_case: true, read_row_cards: true, answer_question: true, change_fields: true, read_card: true, type_identity: true, run_lookup: true,
  scan_pages: true, rotate_page: true, crop_page: true, remove_page: true, keep_page: true, reorder_pages: true, clear_signature: true,
  override_warning: true, submit_case: true, confirm_acceptance: true, withdraw_case: true, decide_review: true, steer_case: true, move_definition: true,
  effect_case: true, continue_case: true, collect_result: true, print_document: true,
  print_consultation: true, open_package: true, submit_package: true, open_from: true, carry_material: true, print_day_sheet: true, try_device: true, look_through: true, pass_batch: true, take_fingerprints: true, redo_act: true, redo_rest: true, give_up_act: true, omit_fingerprints: true,
}

/** A repeat of these is a second try that counts: a wrong password, a used code, an undo of the act before. */
const ONCE = new Set<string>(['login', 'unlock', 'enrol', 'undo', 'rehearse', 'call_ticket'])

export const isNamed = (command: string): command is NamedCommand => Object.prototype.hasOwnProperty.call(NAMED, command)
export const mayRepeat = (command: string): boolean => !ONCE.has(command)
