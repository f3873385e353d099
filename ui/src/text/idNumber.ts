/**
 * The citizen ID number: 6 digits region, 8 digits birth date, 3 digits order,
 * 1 check character (GB 11643-1999). This module only helps typing and reading;
 * whether a number may be used is decided elsewhere.
 */
import { isRealDate } from './calendar'
import { halfWidth } from './codepoints'

export const ID_NUMBER_LENGTH = 18
/** Weights of the first 17 digits and the check characters by remainder modulo 11 (ISO 7064 MOD 11-2). */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'
/** Ends of the groups 6-8-4. */
const GROUP_ENDS = [6, 14, 18]

/** Keeps what can stand in an ID number: digits, and X in the last place. Spaces and signs fall away. */
export function cleanIdNumber(text: string): string {
  const kept = halfWidth(text).toUpperCase().replace(/[^0-9X]/g, '')
  let result = ''
  for (const sign of kept) {
    if (result.length === ID_NUMBER_LENGTH) break
    if (sign === 'X' && result.length !== ID_NUMBER_LENGTH - 1) continue
    result += sign
  }
  return result
}

export function idNumberGroups(value: string): string[] {
  const groups: string[] = []
  let start = 0
  for (const end of GROUP_ENDS) {
    if (value.length > start) groups.push(value.slice(start, end))
    start = end
  }
  if (value.length > start) groups.push(value.slice(start))
  return groups
}

export function groupIdNumber(value: string): string {
  return idNumberGroups(value).join(' ')
}

/** Cursor in the grouped text after `signs` characters of the number. */
export function groupedCursor(signs: number): number {
  return signs + (signs > 6 ? 1 : 0) + (signs > 14 ? 1 : 0)
}

/**
 * What a grouped input shows after an edit: `shown` and `cursor` are what the browser
 * left, `before` is the number before the edit. Deleting a gap deletes the sign before it,
 * so that backspace never seems to do nothing.
 */
export function regroup(
  shown: string, cursor: number, before: string, deletedBackward: boolean,
): { value: string; shown: string; cursor: number } {
  let value = cleanIdNumber(shown)
  let signs = Math.min(cleanIdNumber(shown.slice(0, cursor)).length, value.length)
  if (deletedBackward && value === before && shown.length < groupIdNumber(before).length && signs > 0) {
    value = value.slice(0, signs - 1) + value.slice(signs)
    signs -= 1
  }
  return { value, shown: groupIdNumber(value), cursor: groupedCursor(signs) }
}

export function checkCharacter(first17: string): string {
  let sum = 0
  WEIGHTS.forEach((weight, place) => { sum += weight * Number(first17[place]) })
  return CHECKS[sum % 11] ?? ''
}

export type IdNumberState =
  | { kind: 'empty' }
  | { kind: 'short'; missing: number }
  | { kind: 'bad_date' }
  | { kind: 'bad_check' }
  | { kind: 'good'; birth: string; sex: '男' | '女' }

/** What can be said about the number so far, while it is being typed. */
export function idNumberState(value: string): IdNumberState {
  if (value.length === 0) return { kind: 'empty' }
  if (value.length >= 14 && !isRealDate(value.slice(6, 14))) return { kind: 'bad_date' }
  if (value.length < ID_NUMBER_LENGTH) return { kind: 'short', missing: ID_NUMBER_LENGTH - value.length }
  if (checkCharacter(value) !== value[17]) return { kind: 'bad_check' }
  const day = value.slice(6, 14)
  return {
    kind: 'good',
    birth: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`,
    sex: Number(value[16]) % 2 === 1 ? '男' : '女',
  }
}

/** The sentence beside the field. It never names the check character that would fit: a wrong digit is not to be cured by another. */
export function idNumberSentence(state: IdNumberState): string {
  switch (state.kind) {
    case 'empty': return ''
    case 'short': return `还差 ${state.missing} 位`
    case 'bad_date': return '第 7 至 14 位不是真实的日期，请与证件核对'
    case 'bad_check': return '校验位不符，请逐位与证件核对'
    case 'good': return `校验相符 · ${state.sex} ${state.birth} 出生`
  }
}
