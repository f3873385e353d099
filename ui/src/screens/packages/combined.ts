/** The one form of a package: the first member whole, of every other what no member before it asks for. */
import { formSections } from '@/app/form'
import type { FormSection } from '@/form/types'
import type { CaseView } from '@/rpc'

/** Stands between the place of a member and a path of its own; no path has it. */
const MARK = '|'

export interface Part {
  view: CaseView
  /** Fields that stand in the form of a member before; a column of a table by its first row. */
  shared: readonly string[]
  /** Typed, not yet part of the case. */
  pending: ReadonlyMap<string, string>
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

/** Sections of all members, each field once; ids tell whose they are. Rows are added in the member's own form. */
export function combinedSections(parts: readonly Part[]): FormSection[] {
  return parts.reduce<FormSection[]>((all, part, place) => {
    const shared = new Set(part.shared)
    const sections = formSections(part.view, { pending: part.pending, marks: new Map(), unlocked: new Set() })
    const own = sections.map((section) => ({
      ...section,
      id: idOf(place, section.id),
      title: place === 0 ? section.title : `${part.view.line.matter_name}：${section.title}`,
      fields: section.fields.filter((field) => !shared.has(field.id)).map((field) => ({ ...field, id: idOf(place, field.id) })),
      tables: (section.tables ?? [])
        .filter((table) => !isShared(part.view, table.id, shared))
        .map(({ addLabel: _add, cardsLabel: _cards, ...table }) => ({
          ...table,
          id: idOf(place, table.id),
          rows: table.rows.map((row) => ({ ...row, fixed: true, fields: row.fields.map((field) => ({ ...field, id: idOf(place, field.id) })) })),
        })),
    }))
    return all.concat(own.filter((section) => section.fields.length > 0 || section.tables.length > 0))
  }, [])
}

/** Whether every column of a table stands in a table of a member before. */
function isShared(view: CaseView, table: string, shared: ReadonlySet<string>): boolean {
  const section = view.sections.find((one) => one.id === table)
  const columns = section?.rows[0] ?? section?.next_row ?? []
  return columns.length > 0 && columns.every((field) => shared.has(columnOf(field.path)))
}
