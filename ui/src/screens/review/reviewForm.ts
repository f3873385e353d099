/** The form as a reviewer reads it, and which page belongs to the field under the cursor. */
import type { CaseView, FieldView, MaterialView, SectionView } from '@/rpc'
import type { FormField, FormRow, FormSection, FieldType, RowTable, SectionState, ValueSource } from '@/form/types'
import { wordsOf } from '@/app/form'
import { personWords } from '../cases/words'
import { shownMoment } from '../cases/moment'

const types: Record<FieldView['kind'], FieldType> = {
  text: 'text', name: 'name', id_number: 'id_number', date: 'date', date_or_long_term: 'text', code: 'code',
  phone: 'phone', address: 'address', long_text: 'long_text', number: 'number', assigned: 'assigned', computed: 'text',
}
const sources: Record<NonNullable<FieldView['source']>, ValueSource> = {
  card: 'card', register: 'register', earlier_case: 'case', typed: 'typed',
}

export function readField(field: FieldView): FormField {
  return {
    id: field.path,
    label: field.label,
    type: types[field.kind],
    value: field.value,
    required: field.required,
    ...(field.codes ? { codeTable: field.codes } : {}),
    ...(field.searched ? { words: wordsOf(field) } : {}),
    ...(field.width > 0 ? { width: field.width } : {}),
    ...(field.source ? { source: sources[field.source] } : {}),
    ...(field.at !== null ? { sourceAt: shownMoment(field.at) } : {}),
    ...(field.register !== null ? { registerValue: field.register } : {}),
    ...(field.fault ? { error: '这一项的值不合规定' } : {}),
  }
}

/** The register was asked and holds something else. The terminal gives its value only then. */
export const differs = (field: FieldView): boolean => field.register !== null && field.register.trim() !== field.value.trim()

export const differing = (section: SectionView): FieldView[] =>
  section.rows.reduce<FieldView[]>((all, row) => all.concat(row.filter(differs)), [])

function tableOf(section: SectionView): RowTable {
  const rows: FormRow[] = section.rows.map((row, at) => ({ id: `${section.id}.${at}`, fields: row.map(readField), fixed: true }))
  const first = section.rows[0] ?? []
  return { id: section.id, label: section.title, columns: first.map((field) => ({ label: field.label })), rows, empty: '没有' }
}

/** Sections for the form grid in review: those with differences first open, the others folded by the grid. */
export function reviewSections(view: CaseView): FormSection[] {
  return view.sections.map((section) => {
    const count = differing(section).length
    const state: SectionState = count > 0 ? 'stop' : 'done'
    return {
      id: section.id,
      title: section.title,
      state,
      stateWords: count > 0 ? '有不一致' : '未见不一致',
      fields: section.table ? [] : (section.rows[0] ?? []).map(readField),
      ...(section.table ? { tables: [tableOf(section)] } : {}),
    }
  })
}

/** Pairs of neighbouring signs; words of Chinese labels are mostly of two signs. */
function pairs(text: string): Set<string> {
  const signs = Array.from(text.replace(/[^\p{Script=Han}]/gu, ''))
  const found = new Set<string>()
  for (let at = 1; at < signs.length; at += 1) found.add(signs[at - 1]! + signs[at]!)
  return found
}

const shared = (a: Set<string>, b: Set<string>): number => Array.from(a).filter((pair) => b.has(pair)).length

/**
 * The material that most likely shows a field: the one whose name and plain words share most with the section's
 * title, its person and the field's label. The definitions name no such link, so this may find nothing: then the
 * reviewer's own choice stands.
 */
export function materialOf(view: CaseView, path: string): MaterialView | undefined {
  const section = view.sections.find((one) => one.rows.some((row) => row.some((field) => field.path === path)))
  if (!section) return undefined
  const field = section.rows.reduce<FieldView[]>((all, row) => all.concat(row), []).find((one) => one.path === path)
  const place = pairs(`${section.title} ${section.person ? personWords[section.person] : ''}`)
  const label = pairs(field?.label ?? '')
  let best: MaterialView | undefined
  let most = 0
  for (const material of view.materials) {
    if (material.pages.length === 0) continue
    const name = pairs(material.name)
    const plain = pairs(material.plain)
    const score = 4 * shared(label, name) + 3 * shared(place, name) + 2 * shared(label, plain) + shared(place, plain)
    if (score > most) { best = material; most = score }
  }
  return best
}
