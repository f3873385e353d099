import { describe, expect, it } from 'vitest'
import type { CaseLine } from '@/rpc'
import { CommandNames } from './commandNames'
import { caseRow, caseTone } from './caseRows'
import { dueWords, nearMoment, shownMoment, shownSpan } from './moment'
import { fits } from '@/table/lines'

const line = (part: Partial<CaseLine>): CaseLine => ({
  id: 'c1', number: '9999012026000001', person: '沈㛃', matter: 'T001', matter_name: '出生登记', state: '待民警审核', next: '户籍民警', taken_in_by: '赵',
  opened: 0, changed: 0, due: '', days_left: null, remind: '', overdue: false, holder: '', unsent: 0, troubled: false, unfinished: false, parked: false, ended: false, ...part,
})

describe('names of commands', () => {
  const counted = () => { let count = 0; return new CommandNames(() => `n${(count += 1)}`) }
  it('a repeat after a lost answer carries the same name', () => {
    const names = counted()
    expect(names.of('pass')).toBe('n1')
    expect(names.of('pass')).toBe('n1')
  })
  it('an act after an answer, and another act, have names of their own', () => {
    const names = counted()
    const first = names.of('pass')
    names.answered('pass')
    expect(names.of('pass')).not.toBe(first)
    expect(names.of('return')).not.toBe(names.of('pass'))
  })
})

describe('moments at the counter', () => {
  it('are China Standard Time whatever the zone of the PC', () => {
    expect(shownMoment(Date.UTC(2026, 0, 31, 16, 5))).toBe('2026-02-01 00:05')
  })
  it('near ones are said short, by the civil day and not by 24 hours', () => {
    const now = Date.UTC(2026, 1, 1, 0, 30)
    expect(nearMoment(Date.UTC(2026, 0, 31, 16, 5), now)).toBe('今天 00:05')
    expect(nearMoment(Date.UTC(2026, 0, 31, 15, 55), now)).toBe('昨天 23:55')
    expect(nearMoment(Date.UTC(2025, 11, 30, 15, 55), now)).toBe('2025-12-30 23:55')
  })
  it('spans and days left', () => {
    expect(shownSpan(59_000)).toBe('不到 1 分钟')
    expect(shownSpan(8 * 60_000)).toBe('8 分钟')
    expect(shownSpan(47 * 3_600_000)).toBe('47 小时')
    expect(shownSpan(49 * 3_600_000)).toBe('2 天')
    expect([dueWords(null), dueWords(0), dueWords(3), dueWords(-2)]).toEqual(['', '今天到期', '还有 3 天', '超期 2 天'])
  })
})

describe('a case as a row', () => {
  it('is red when refused or over time, amber when near or unsent, and calm otherwise', () => {
    expect(caseTone(line({ troubled: true, unsent: 1 }))).toBe('stop')
    expect(caseTone(line({ days_left: -1 }))).toBe('stop')
    expect(caseTone(line({ days_left: 3 }))).toBe('due')
    expect(caseTone(line({ unsent: 1 }))).toBe('due')
    expect(caseTone(line({ days_left: 4 }))).toBe('plain')
    expect(caseTone(line({ ended: true, days_left: -9 }))).toBe('done')
  })
  it('stays in the list when the terminal found it by something that the row does not show', () => {
    expect(fits(caseRow(line({}), 0, '999901198503120020'), '999901198503120020')).toBe(true)
    expect(fits(caseRow(line({}), 0), '999901198503120020')).toBe(false)
  })
})
