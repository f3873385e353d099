/** What a work list shows: its groups flattened into lines of one height, filtered. */
import { halfWidth } from '../text/codepoints'
import type { WorkGroup, WorkRow } from './types'

export type Line =
  | { kind: 'group'; group: WorkGroup; shown: number }
  | { kind: 'row'; row: WorkRow; group: WorkGroup; number: number }
  | { kind: 'empty'; group: WorkGroup }

/** Every word of the filter must stand somewhere in the row. */
export function fits(row: WorkRow, filter: string): boolean {
  const words = halfWidth(filter).toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const text = [...Object.values(row.cells), row.words ?? ''].join(' ').toLowerCase()
  return words.every((word) => text.includes(word))
}

export function linesOf(groups: readonly WorkGroup[], filter: string): Line[] {
  const lines: Line[] = []
  let number = 0
  for (const group of groups) {
    const rows = group.rows.filter((row) => fits(row, filter))
    if (groups.length > 1 || group.title) lines.push({ kind: 'group', group, shown: rows.length })
    if (rows.length === 0 && !filter && groups.length > 1) lines.push({ kind: 'empty', group })
    for (const row of rows) {
      number += 1
      lines.push({ kind: 'row', row, group, number })
    }
  }
  return lines
}

/** The lines that need drawing: what can be seen and a screenful around it. */
export function visibleRange(count: number, rowHeight: number, top: number, height: number): { first: number; last: number } {
  const spare = 12
  const first = Math.max(0, Math.floor(top / rowHeight) - spare)
  return { first, last: Math.min(count, Math.ceil((top + height) / rowHeight) + spare) }
}
