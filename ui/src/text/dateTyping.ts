/** Dates as officers type them: eight digits, no separators needed. */
import { daysIn, isRealDate } from './calendar'
import { halfWidth } from './codepoints'

export interface TypedDate {
  /** What the field holds: YYYY-MM-DD when complete, otherwise the text as typed. */
  value: string
  complete: boolean
  /** Digits are still to be typed; nothing is wrong yet. */
  unfinished?: true
  /** What is missing or wrong, in words; empty when all is well. */
  sentence: string
}

const two = (part: number | string) => String(part).padStart(2, '0')

/** Reads 20260131, 2026-1-31, 2026.01.31, 2026/1/31 and 2026年1月31日. */
export function readDate(typed: string): TypedDate {
  const text = halfWidth(typed).trim()
  if (text === '') return { value: '', complete: false, sentence: '' }
  const parts = /^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?$/.exec(text)
  const digits = parts ? `${parts[1]}${two(parts[2]!)}${two(parts[3]!)}` : text.replace(/[-./\s年月日]/g, '')
  if (!/^\d*$/.test(digits)) return { value: text, complete: false, sentence: '只用数字，例如 20260131' }
  if (digits.length < 8) {
    return { value: text, complete: false, unfinished: true, sentence: `还差 ${8 - digits.length} 位：年 4 位、月 2 位、日 2 位` }
  }
  if (digits.length > 8) return { value: text, complete: false, sentence: '多了数字：年 4 位、月 2 位、日 2 位' }
  if (!isRealDate(digits)) return { value: text, complete: false, sentence: noSuchDay(digits) }
  return { value: `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`, complete: true, sentence: '' }
}

function noSuchDay(digits: string): string {
  const year = Number(digits.slice(0, 4))
  const month = Number(digits.slice(4, 6))
  if (year < 1800) return '年份过早，请核对'
  if (month < 1 || month > 12) return `没有 ${month} 月，请核对`
  return `${year} 年 ${month} 月只有 ${daysIn(year, month)} 天，请核对`
}

/** The date `days` and `months` away. A month step keeps the day where the month has it, else takes its last day. */
export function stepDate(value: string, step: { days?: number; months?: number }): string {
  const read = readDate(value)
  if (!read.complete) return value
  let year = Number(read.value.slice(0, 4))
  let month = Number(read.value.slice(5, 7)) + (step.months ?? 0)
  let day = Number(read.value.slice(8, 10))
  while (month > 12) { month -= 12; year += 1 }
  while (month < 1) { month += 12; year -= 1 }
  day = Math.min(day, daysIn(year, month)) + (step.days ?? 0)
  while (day > daysIn(year, month)) {
    day -= daysIn(year, month)
    month += 1
    if (month > 12) { month = 1; year += 1 }
  }
  while (day < 1) {
    month -= 1
    if (month < 1) { month = 12; year -= 1 }
    day += daysIn(year, month)
  }
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}
