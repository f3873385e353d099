/** The rare-character picker's search over a data file. */
import { halfWidth } from '../text/codepoints'

export interface RareCharacter {
  /** The character itself. */
  char: string
  /** Readings without tones: ji, li. */
  pinyin?: readonly string[]
  /** Number of strokes. */
  strokes?: number
  /** Stroke order: 1 横 2 竖 3 撇 4 点 5 折. */
  order?: string
  /** The parts it is made of: 士口. */
  parts?: string
}

export interface RareCharacterFile {
  version: string
  characters: readonly RareCharacter[]
}

/** Blocks that hold characters of names: unified ideographs with extensions A to I, compatibility forms, 〇. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [0x3007, 0x3007], [0x3400, 0x4dbf], [0x4e00, 0x9fff], [0xf900, 0xfaff], [0x20000, 0x2ebef], [0x2ebf0, 0x2ee5f],
  [0x2f800, 0x2fa1f], [0x30000, 0x323af], [0x323b0, 0x3347f],
]

export function isNameCharacter(codePoint: number): boolean {
  return BLOCKS.some(([first, last]) => codePoint >= first && codePoint <= last)
}

/** U+20BB7 → 𠮷. Undefined when it is no code point of a name character. */
export function characterOf(typed: string): string | undefined {
  const hex = /^(?:u\+?)?([0-9a-f]{4,5})$/i.exec(halfWidth(typed).trim())
  if (!hex) return undefined
  const codePoint = Number.parseInt(hex[1]!, 16)
  return isNameCharacter(codePoint) ? String.fromCodePoint(codePoint) : undefined
}

export function codePointName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/**
 * Searches by what was typed: a code point, pinyin letters, stroke order 1–5, a stroke
 * count (6画), or parts in Chinese. A text that can be read in two ways gives both.
 */
export function searchRare(file: RareCharacterFile, typed: string): RareCharacter[] {
  const query = halfWidth(typed).trim().toLowerCase()
  if (query === '') return []
  const found = new Map<string, RareCharacter>()
  const add = (entry: RareCharacter) => { if (!found.has(entry.char)) found.set(entry.char, entry) }

  const named = characterOf(query)
  if (named) add(file.characters.find((entry) => entry.char === named) ?? { char: named })
  const count = /^(\d{1,2})\s*画$/.exec(query)
  if (count) {
    file.characters.filter((entry) => entry.strokes === Number(count[1])).forEach(add)
  } else if (/^[1-5]+$/.test(query)) {
    file.characters.filter((entry) => entry.order?.startsWith(query)).forEach(add)
  } else if (/^[a-zü]+$/.test(query)) {
    const readings = (entry: RareCharacter) => entry.pinyin ?? []
    file.characters.filter((entry) => readings(entry).includes(query)).forEach(add)
    file.characters.filter((entry) => readings(entry).some((reading) => reading.startsWith(query))).forEach(add)
  } else if (!/[\x00-\x7f]/.test(query)) {
    const wanted = Array.from(query)
    file.characters
      .filter((entry) => entry.char === query || wanted.every((part) => entry.parts?.includes(part)))
      .forEach(add)
  }
  return Array.from(found.values())
}
