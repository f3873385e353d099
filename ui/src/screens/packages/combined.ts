/** The one form of a package: the first member whole, of every other what no member before it asks for. */
import { formSections } from '@/app/form'
import type { FormSection } from '@/form/types'
import type { CaseView, MaterialView, MemberView, QuestionView, SignerView } from '@/rpc'

/** Stands between the place of a member and a path of its own; no path has it. */
const MARK = '|'

export interface Part {
  view: CaseView
  /** What stands with a member before: fields (a column of a table by its first row), questions, materials. */
  before: Pick<MemberView, 'shared' | 'shared_questions' | 'shared_materials'>
  /** Typed, not yet part of the case. */
  pending: ReadonlyMap<string, string>
  /** New rows by table that hold nothing yet. */
  added: ReadonlyMap<string, readonly number[]>
}

export const idOf = (place: number, path: string): string => `${place}${MARK}${path}`

export function placeOf(id: string): { place: number; path: string } {
  const at = id.indexOf(MARK)
  return { place: Number(id.slice(0, at)), path: id.slice(at + 1) }
}

/** A path as the terminal names what is shared: the column of a table by its first row. */
const columnOf = (path: string): string => {
  const parts = path.split('.')
  return parts.length > 2 ? `${parts[0]}.0.${parts.slice(2).join('.')}` : path
}

/** Sections of all members, each field once; ids tell whose they are. Cards are read into rows in the member's own form. */
export function combinedSections(parts: readonly Part[]): FormSection[] {
  return parts.reduce<FormSection[]>((all, part, place) => {
    const shared = new Set(part.before.shared)
    const sections = formSections(part.view, { pending: part.pending, marks: new Map(), unlocked: new Set() }, part.added)
    const own = sections.map((section) => ({
      ...section,
      id: idOf(place, section.id),
      title: titled(part, place, section.title),
      fields: section.fields.filter((field) => !shared.has(field.id)).map((field) => ({ ...field, id: idOf(place, field.id) })),
      tables: (section.tables ?? [])
        .filter((table) => !isShared(part.view, table.id, shared))
        .map(({ cardsLabel: _cards, ...table }) => ({
          ...table,
          id: idOf(place, table.id),
          rows: table.rows.map((row) => ({ ...row, fields: row.fields.map((field) => ({ ...field, id: idOf(place, field.id) })) })),
        })),
    }))
    return all.concat(own.filter((section) => section.fields.length > 0 || section.tables.length > 0))
  }, [])
}

/** Only the first member's own words stand alone; whose another's are is said. */
const titled = (part: Part, place: number, words: string): string => (place === 0 ? words : `${part.view.line.matter_name}：${words}`)

const flat = <T>(parts: readonly Part[], of: (part: Part, place: number) => T[]): T[] =>
  parts.reduce<T[]>((all, part, place) => all.concat(of(part, place)), [])

/** Questions of all members, each once. */
export const combinedQuestions = (parts: readonly Part[]): QuestionView[] => flat(parts, (part, place) => part.view.questions
  .filter((one) => !part.before.shared_questions.includes(one.id))
  .map((one) => ({ ...one, id: idOf(place, one.id), text: titled(part, place, one.text) })))

/** Papers of all members, each that is scanned once for all of them once. */
export const combinedMaterials = (parts: readonly Part[]): MaterialView[] => flat(parts, (part, place) => part.view.materials
  .filter((one) => !part.before.shared_materials.includes(one.id))
  .map((one) => ({ ...one, id: idOf(place, one.id), group: one.group === '' ? '' : idOf(place, one.group), name: titled(part, place, one.name) })))

/** Every member is an application of its own, and each is signed. */
export const combinedSigners = (parts: readonly Part[]): SignerView[] => flat(parts, (part, place) => part.view.signers
  .map((one) => ({ ...one, slot: idOf(place, one.slot), label: `${part.view.line.matter_name}：${one.label}` })))

/** Whether every column of a table stands in a table of a member before. */
function isShared(view: CaseView, table: string, shared: ReadonlySet<string>): boolean {
  const section = view.sections.find((one) => one.id === table)
  const columns = section?.rows[0] ?? section?.next_row ?? []
  return columns.length > 0 && columns.every((field) => shared.has(columnOf(field.path)))
}
