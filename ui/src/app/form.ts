/** The terminal's case as the form grid takes it. No rule stands here: what is missing or wrong comes from the terminal. */
import type { EarlierValue, FieldType, FormField, FormRow, FormSection, RowTable, SectionState, ValueSource } from '@/form/types'
import type { CaseView, FieldFault, FieldKind, FieldView, SectionView, ValueSource as RpcSource } from '@/rpc'
import { shownMoment } from '@/screens/cases/moment'

const types: Record<FieldKind, FieldType> = {
  text: 'text', name: 'name', id_number: 'id_number', date: 'date', date_or_long_term: 'text', code: 'code', phone: 'phone',
  address: 'address', long_text: 'long_text', number: 'number', assigned: 'assigned', computed: 'text',
}
const sources: Record<RpcSource, ValueSource> = { card: 'card', register: 'register', earlier_case: 'case', typed: 'typed' }
const lockWords: Record<RpcSource, string> = {
  card: '读卡得到，改要说明理由', register: '取自常口，改要说明理由', earlier_case: '取自以前的办件，改要说明理由', typed: '改要说明理由',
}

/** What is wrong with a value, by the terminal's code; complete by its type. */
export const faultWords: Record<FieldFault, string> = {
  too_long: '太长，装不下，请缩写或核对',
  name_sign: '姓名里有数字或符号，请改正',
  not_a_date: '不是完整的日期，应为年月日八位',
  not_a_code: '代码表里没有这一项，请选定',
  code_ended: '这个代码已经停用，请改选现在用的一项',
  number_length: '号码位数不对，应为 18 位',
  number_sign: '号码里有不能出现的字符',
  check_digit: '号码校验位不对，请核对原件',
  number_birth_date: '号码里的出生日期不存在，请核对',
  not_a_phone: '电话号码不完整，手机 11 位，固话带区号',
  not_a_number: '应填整数',
  assigned_by_register: '由常口赋号，不能填',
  computed: '由其他栏算出，不能填',
}

/** Longest texts as the terminal checks them: what a field of the kind can hold at most. */
const longest: Partial<Record<FieldKind, number>> = { text: 100, address: 100, long_text: 1000 }

export interface FormState {
  /** Typed, not yet part of the case. */
  pending: ReadonlyMap<string, string>
  /** 新增, 已变: what the last answer changed. */
  marks: ReadonlyMap<string, string>
  /** Locked fields that are open because a reason was given. */
  unlocked: ReadonlySet<string>
}

/** Words of the codes that a field of a long table holds, held before, or has in the register. */
export function wordsOf(field: FieldView): Record<string, string> {
  const words: Record<string, string> = {}
  for (const [code, told] of [[field.value, field.words], [field.previous, field.previous_words], [field.register, field.register_words]]) {
    if (code && told) words[code] = told
  }
  return words
}

export function formField(field: FieldView, state: FormState): FormField {
  const pending = state.pending.get(field.path)
  const value = pending ?? field.value
  const source = pending === undefined ? field.source : 'typed'
  const previous: EarlierValue[] = field.previous ? [{ value: field.previous }] : []
  const mark = state.marks.get(field.path)
  const max = longest[field.kind]
  return {
    id: field.path,
    label: field.label,
    type: types[field.kind],
    value,
    required: field.required,
    ...(field.kind === 'computed' ? { locked: '由其他栏算出' } : {}),
    ...(field.locked && !state.unlocked.has(field.path) ? { locked: lockWords[field.source ?? 'typed'] } : {}),
    ...(source && value ? { source: sources[source] } : {}),
    ...(pending === undefined && field.at !== null && field.value ? { sourceAt: shownMoment(field.at) } : {}),
    ...(previous.length ? { previous } : {}),
    ...(field.register !== null ? { registerValue: field.register } : {}),
    // A value that is still being typed is judged by the terminal when it becomes part of the case.
    ...(field.fault && pending === undefined ? { error: faultWords[field.fault] } : {}),
    ...(field.non_standard && pending === undefined ? { warning: '非标准地址' } : {}),
    ...(field.codes ? { codeTable: field.codes } : {}),
    ...(field.searched ? { searched: true, historic: field.historic, words: wordsOf(field) } : {}),
    ...(field.width > 0 ? { width: field.width } : {}),
    ...(max ? { maxLength: max } : {}),
    ...(field.kind === 'date_or_long_term' ? { hint: '2035-01-31 或 长期' } : {}),
    ...(mark ? { mark } : {}),
  }
}

const allFields = (section: SectionView): FieldView[] => section.rows.reduce<FieldView[]>((all, row) => all.concat(row), [])

function standing(section: SectionView, read: boolean): { state: SectionState; stateWords: string } {
  const fields = allFields(section)
  const card = read ? '已读卡 · ' : ''
  if (fields.some((field) => field.fault !== null && field.value !== '')) return { state: 'stop', stateWords: `${card}有误` }
  if (section.lacking > 0) {
    const begun = fields.some((field) => field.value !== '')
    return { state: begun ? 'open' : 'todo', stateWords: `${card}还差 ${section.lacking} 项` }
  }
  return { state: 'done', stateWords: `${card}已填全` }
}

/** Row number of a path `section.row.field`. */
export const rowOf = (path: string): number => Number(path.split('.')[1] ?? 0)

/** Fields of a new row: the terminal's empty row under another number. */
export function emptyRow(section: SectionView, row: number): FieldView[] {
  return section.next_row.map((field) => ({ ...field, path: `${section.id}.${row}.${field.path.split('.').slice(2).join('.')}` }))
}

/** Number of the next new row, after those of the case and those added here. */
export function nextRow(section: SectionView, added: readonly number[]): number {
  const known = section.rows.map((row) => rowOf(row[0]?.path ?? '')).concat(added)
  return known.length ? Math.max(...known) + 1 : 0
}

/** Fields of a row that the case has; none of one that was added and never filled in. */
export const rowFields = (section: SectionView | undefined, row: string): FieldView[] =>
  section?.rows.find((one) => rowOf(one[0]?.path ?? '') === Number(row)) ?? []

function table(section: SectionView, state: FormState, added: readonly number[], editable: boolean): RowTable {
  const known = section.rows.map((row) => rowOf(row[0]?.path ?? ''))
  const extra = added.filter((row) => !known.includes(row)).map((row) => emptyRow(section, row))
  const rows: FormRow[] = [...section.rows, ...extra].map((row) => ({
    id: String(rowOf(row[0]?.path ?? '')),
    fields: row.map((field) => formField(field, state)),
    fixed: !editable || row.some((field) => field.locked),
  }))
  const columns = section.rows[0] ?? section.next_row
  return {
    id: section.id,
    label: section.title,
    columns: columns.map((field) => ({ label: field.label, required: field.required })),
    rows,
    ...(editable && columns.length > 0 ? { addLabel: '添加一行' } : {}),
    ...(editable && section.takes_cards ? { cardsLabel: '连续读卡' } : {}),
    empty: '还没有内容。查询户籍后自动带出，也可以照户口簿添加。',
  }
}

/** Sections for the form grid. `added` names new rows by table that hold nothing yet. */
export function formSections(view: CaseView, state: FormState, added: ReadonlyMap<string, readonly number[]> = new Map()): FormSection[] {
  return view.sections.map((section) => {
    const read = section.person !== null && view.identities.some((one) => one.person === section.person && one.attestation !== null)
    return {
      id: section.id,
      title: section.title,
      ...standing(section, read),
      fields: section.table ? [] : (section.rows[0] ?? []).map((field) => {
        const shown = formField(field, state)
        return view.editable || shown.type === 'assigned' ? shown : { ...shown, locked: shown.locked ?? '已提交，不可改' }
      }),
      ...(section.table ? { tables: [table(section, state, added.get(section.id) ?? [], view.editable)] } : {}),
    }
  })
}

/** Section of a field: the first part of its path. */
export const sectionOf = (path: string): string => path.split('.')[0] ?? ''

export interface Changed {
  fields: Map<string, string>
  materials: Map<string, string>
  signers: Map<string, string>
  /** 新增 1 组、3 项, for the message line; empty when nothing changed. */
  words: string
}

/** What an answer changed in form, materials and signatures, to be marked. */
export function changedBy(before: CaseView, after: CaseView): Changed {
  const fieldsOf = (view: CaseView) => new Map(view.sections.reduce<FieldView[]>((all, one) => all.concat(allFields(one)), []).map((field) => [field.path, field]))
  const [was, is] = [fieldsOf(before), fieldsOf(after)]
  const fields = new Map<string, string>()
  let newFields = 0
  for (const [path, field] of is) {
    const old = was.get(path)
    if (!old) {
      newFields += 1
      fields.set(path, '新增')
    } else if (old.required !== field.required || old.value !== field.value) fields.set(path, '已变')
  }
  const materials = new Map<string, string>()
  let newMaterials = 0
  for (const one of after.materials) {
    const old = before.materials.find((known) => known.id === one.id)
    if (!old) {
      newMaterials += 1
      materials.set(one.id, '新增')
    } else if (old.rule !== one.rule) materials.set(one.id, '已变')
  }
  const signers = new Map(after.signers.filter((one) => !before.signers.some((known) => known.slot === one.slot)).map((one) => [one.slot, '新增']))
  const gone = (list: readonly { id: string }[], now: readonly { id: string }[]) => list.filter((one) => !now.some((other) => other.id === one.id)).length
  const parts: string[] = []
  const goneFields = Array.from(was.keys()).filter((path) => !is.has(path)).length
  if (newFields) parts.push(`表单新增 ${newFields} 项`)
  if (goneFields) parts.push(`表单少了 ${goneFields} 项`)
  if (materials.size) parts.push(`材料${newMaterials ? '新增' : '变动'} ${materials.size} 种`)
  const goneMaterials = gone(before.materials, after.materials)
  if (goneMaterials) parts.push(`材料少了 ${goneMaterials} 种`)
  if (signers.size) parts.push(`签名新增 ${signers.size} 处`)
  return { fields, materials, signers, words: parts.join('，') }
}
