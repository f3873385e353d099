/** What the form grid needs to know. The host maps its own case and form types to these. */

/** Where a value came from: 卡 card, 库 register, 件 earlier case, 录 typed. */
export type ValueSource = 'card' | 'register' | 'case' | 'typed'

export type FieldType =
  | 'text' | 'name' | 'id_number' | 'date' | 'code' | 'phone' | 'address' | 'long_text' | 'number' | 'assigned'

/** One earlier value of a field. */
export interface EarlierValue {
  value: string
  /** Where it came from, where known. */
  source?: ValueSource
  /** When it was set, already in the form that is shown (2026-01-31 14:32). */
  at?: string
  /** Who set it, where known. */
  by?: string
}

/**
 * One field. `value` is text for every type: a date is YYYY-MM-DD, a code its digits,
 * an ID number 18 signs without spaces. What cannot be read as the type yet is kept as typed.
 */
export interface FormField {
  id: string
  label: string
  type: FieldType
  value: string
  required?: boolean
  /** May not be changed here; the text says why (来自身份证，不可改). */
  locked?: string | boolean
  source?: ValueSource
  sourceAt?: string
  sourceBy?: string
  previous?: readonly EarlierValue[]
  /** What the population register holds, where it was asked. Shown when it differs. */
  registerValue?: string
  /** What is wrong, one sentence for the officer. */
  error?: string
  /** What should be looked at but does not stop anything. */
  warning?: string
  /** Table of a `code` field. */
  codeTable?: string
  /** The table is too long to be here: its rows are asked for as they are typed. */
  searched?: boolean
  /** Codes out of use may be chosen. */
  historic?: boolean
  /** Words of the codes that stand in the field, where the table is not here. */
  words?: Readonly<Record<string, string>>
  /** Twelfths of the row, 1 to 12. Without it the type decides. */
  width?: number
  /** Longest text in characters; a name has 50 without it. */
  maxLength?: number
  /** Unit that stands behind a number: 平方米. */
  unit?: string
  /** Short help while the field is empty. */
  hint?: string
  /** Marked as newly asked or changed by an answer: 新增, 已变. */
  mark?: string
}

export type SectionState = 'todo' | 'open' | 'done' | 'stop'

export interface FormRow {
  id: string
  /** Fields in the order of the columns. */
  fields: readonly FormField[]
  /** A row that the register gave cannot be removed here. */
  fixed?: boolean
}

/** Rows under one another: members of a household, children, prints. */
export interface RowTable {
  id: string
  label: string
  columns: readonly { label: string; width?: string; required?: boolean }[]
  rows: readonly FormRow[]
  /** Words of the key that adds a row: 添加成员. Without it no row can be added. */
  addLabel?: string
  /** Words of the key that reads cards into it one after the other. Without it the table takes none. */
  cardsLabel?: string
  /** What stands there without rows. */
  empty?: string
  error?: string
}

export interface FormSection {
  id: string
  title: string
  state: SectionState
  /** State in words: 读卡, 还差 2 项. */
  stateWords?: string
  fields: readonly FormField[]
  tables?: readonly RowTable[]
}

export interface CodeEntry {
  code: string
  text: string
  /** Initials of the syllables: hz for 汉族. */
  initials?: string
  /** Whole pinyin without tones: hanzu. */
  pinyin?: string
  /** Kept for old cases, offered no more. */
  retired?: boolean
}

export interface CodeTable {
  id: string
  title: string
  entries: readonly CodeEntry[]
}

/** Finds a table by its id; undefined while it is not loaded. */
export type CodeTables = (id: string) => CodeTable | undefined

export interface AddressHit {
  /** Number of the address in the register of addresses. */
  id: string
  text: string
  /** Police station responsible, shown in grey. */
  area?: string
}

/** Standard addresses that fit, the likeliest first; null while none have come to this PC. */
export type AddressLookup = (typed: string) => Promise<readonly AddressHit[] | null>

/** A row of a long table that fits what is typed. */
export interface CodeHit {
  code: string
  text: string
  /** The text as the field shows it once it is chosen. */
  words: string
  /** Since when it is out of use and what took its place; empty while it is in use. */
  ended: string
}

/** Rows of a long table that fit, the likeliest first, with the table's title. */
export type CodeLookup = (table: string, typed: string, historic: boolean) => Promise<{ title: string; hits: readonly CodeHit[] }>

export interface FieldChange {
  field: string
  value: string
  /** False while the text cannot be read as the field's type yet. It is kept in the draft all the same. */
  complete: boolean
  /** Number in a register that belongs to the text: the address chosen. */
  reference?: string
}

/** Where the cursor stands, in code points, so that it survives a restart. */
export interface CursorPlace {
  field: string
  start: number
  end: number
}

export const sourceSign: Record<ValueSource, string> = { card: '卡', register: '库', case: '件', typed: '录' }
export const sourceWords: Record<ValueSource, string> = {
  card: '读卡得到', register: '取自常口', case: '取自以前的办件', typed: '录入',
}

/** Twelfths that a type takes when the field does not say. */
export const usualWidth: Record<FieldType, number> = {
  text: 4, name: 4, id_number: 4, date: 3, code: 3, phone: 3, address: 8, long_text: 12, number: 2, assigned: 4,
}

/** A name holds 50 characters, the separator · among them (rules of the counter, 9). */
export const NAME_LENGTH = 50
