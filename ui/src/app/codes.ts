/** Codes of long tables (行政区划): asked of the terminal as they are typed. */
import type { CodeLookup } from '@/form/types'
import { call } from '@/rpc'

export const findCodes: CodeLookup = async (table, typed, historic) => {
  const found = await call('find_codes', { table, text: typed, historic })
  return { title: found.title, hits: found.lines.map((line) => ({ code: line.code, text: line.name, words: line.words, ended: line.ended })) }
}
