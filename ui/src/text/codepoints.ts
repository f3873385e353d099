/**
 * Names hold characters outside the basic plane (𠮷, 𬭚, 㛃). JavaScript counts
 * UTF-16 units, people count characters: lengths and cursor places that leave a
 * widget are counted in code points, and no cursor ever stands inside a pair.
 */

/** Number of code points. */
export function lengthOf(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** True when `index` (UTF-16) lies between the two halves of one character. */
function insidePair(text: string, index: number): boolean {
  if (index <= 0 || index >= text.length) return false
  const before = text.charCodeAt(index - 1)
  const after = text.charCodeAt(index)
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff
}

/** UTF-16 index → code points before it. An index inside a pair counts as before the character. */
export function pointsBefore(text: string, index: number): number {
  const end = Math.max(0, Math.min(index, text.length))
  return lengthOf(text.slice(0, insidePair(text, end) ? end - 1 : end))
}

/** Code points → UTF-16 index, never inside a pair, never past the end. */
export function unitIndex(text: string, points: number): number {
  let index = 0
  let left = points
  for (const character of text) {
    if (left <= 0) break
    index += character.length
    left -= 1
  }
  return index
}

/** Puts `inserted` in place of the UTF-16 range and says where the cursor stands after it. */
export function insertAt(
  text: string, start: number, end: number, inserted: string,
): { text: string; cursor: number } {
  const from = insidePair(text, start) ? start - 1 : start
  const to = insidePair(text, end) ? end + 1 : end
  return { text: text.slice(0, from) + inserted + text.slice(to), cursor: from + inserted.length }
}

/** Full-width digits, letters and signs (Ａ１．) → half-width; the ideographic space → a space. */
export function halfWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ')
}
