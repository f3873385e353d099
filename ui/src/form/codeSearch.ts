/** Finding an entry of a code table the way officers type: digits, pinyin initials or Chinese. */
import { halfWidth } from '../text/codepoints'
import type { CodeEntry, CodeTable } from './types'

/** Best matches first: the exact code, code prefix, initials, pinyin, text prefix, text anywhere. */
export function searchCodes(table: CodeTable, typed: string): CodeEntry[] {
  const query = halfWidth(typed).trim().toLowerCase()
  const offered = table.entries.filter((entry) => !entry.retired)
  if (query === '') return offered
  const ranked: { entry: CodeEntry; rank: number; place: number }[] = []
  offered.forEach((entry, place) => {
    const rank = rankOf(entry, query)
    if (rank >= 0) ranked.push({ entry, rank, place })
  })
  ranked.sort((a, b) => a.rank - b.rank || a.place - b.place)
  return ranked.map((match) => match.entry)
}

function rankOf(entry: CodeEntry, query: string): number {
  const code = entry.code.toLowerCase()
  if (code === query) return 0
  if (entry.text.toLowerCase() === query) return 0
  if (code.startsWith(query)) return 1
  if (/^[a-z]+$/.test(query)) {
    if (entry.initials === query) return 2
    if (entry.initials?.startsWith(query)) return 3
    if (entry.pinyin?.startsWith(query)) return 4
  }
  if (entry.text.toLowerCase().startsWith(query)) return 5
  return entry.text.toLowerCase().includes(query) ? 6 : -1
}

export function findCode(table: CodeTable | undefined, code: string): CodeEntry | undefined {
  return table?.entries.find((entry) => entry.code === code)
}

/** What the field shows for a value: 01 汉族, or the code alone when the table does not know it. */
export function shownCode(table: CodeTable | undefined, code: string): string {
  const entry = findCode(table, code)
  return entry ? `${entry.code} ${entry.text}` : code
}

/**
 * The one entry that the text stands for, without a choice by hand: its exact code,
 * its exact words, or the only match. Undefined when it could mean several.
 */
export function settledCode(table: CodeTable, typed: string): CodeEntry | undefined {
  const query = halfWidth(typed).trim().toLowerCase()
  if (query === '') return undefined
  const matches = searchCodes(table, query)
  const exact = matches.find((entry) => entry.code.toLowerCase() === query || entry.text.toLowerCase() === query)
  return exact ?? (matches.length === 1 ? matches[0] : undefined)
}

/** True when more digits could still follow: 1 of 10. Then a settled code is not jumped over. */
export function mayGrow(table: CodeTable, typed: string): boolean {
  const query = halfWidth(typed).trim().toLowerCase()
  return table.entries.some((entry) => !entry.retired && entry.code.length > query.length
    && entry.code.toLowerCase().startsWith(query))
}
