/** Standard addresses: asked of the terminal as they are typed, and kept as text with the code beside it. */
import type { AddressLookup, FieldChange } from '@/form/types'
import { call } from '@/rpc'

/** Stands between the path of an address and its code; the terminal's rules know the same mark. */
const CODE_MARK = '@code'

export const findAddresses: AddressLookup = async (typed) => {
  const found = await call('find_addresses', { text: typed })
  if (!found.here) return null
  return found.lines.map((line) => ({ id: line.code, text: line.text, ...(line.station ? { area: line.station } : {}) }))
}

/**
 * What a change of the form sets: its field and, for an address that was chosen, the code beside it. A text that is
 * typed on after the choice takes away the code that waits with it.
 */
export function fieldsOf(change: FieldChange, pending: ReadonlyMap<string, string>): [field: string, value: string][] {
  const code = `${change.field}${CODE_MARK}`
  if (change.reference !== undefined) return [[change.field, change.value], [code, change.reference]]
  return pending.has(code) ? [[change.field, change.value], [code, '']] : [[change.field, change.value]]
}
