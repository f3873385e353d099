import { describe, expect, it } from 'vitest'
import { halfWidth, insertAt, lengthOf, pointsBefore, unitIndex } from './codepoints'
import { readDate, stepDate } from './dateTyping'
import { checkCharacter, cleanIdNumber, groupIdNumber, idNumberSentence, idNumberState, regroup } from './idNumber'

describe('characters outside the basic plane', () => {
  it('count as one', () => {
    expect(lengthOf('张𠮷𬭚㛃')).toBe(4)
    expect('张𠮷𬭚㛃'.length).toBe(6)
  })
  it('are never split by a cursor', () => {
    const text = '张𠮷明'
    expect(pointsBefore(text, 2)).toBe(1)
    expect(pointsBefore(text, 3)).toBe(2)
    expect(unitIndex(text, 2)).toBe(3)
    expect(unitIndex(text, 99)).toBe(4)
    for (let points = 0; points <= 3; points += 1) expect(pointsBefore(text, unitIndex(text, points))).toBe(points)
  })
  it('can be inserted in front of, behind and over one another', () => {
    expect(insertAt('张明', 1, 1, '𬭚')).toEqual({ text: '张𬭚明', cursor: 3 })
    expect(insertAt('张𠮷明', 1, 3, '㛃')).toEqual({ text: '张㛃明', cursor: 2 })
    // A range that begins or ends inside the pair takes the whole character.
    expect(insertAt('张𠮷明', 2, 2, '㛃')).toEqual({ text: '张㛃明', cursor: 2 })
  })
  it('full-width digits become half-width', () => expect(halfWidth('１３９Ｘ　')).toBe('139X '))
})

describe('ID number', () => {
  const good = '999901198503120020'
  it('has the check character of GB 11643', () => {
    // The example printed in the standard.
    expect(checkCharacter('11010519491231002')).toBe('X')
    expect(checkCharacter(good)).toBe('0')
  })
  it('is grouped 6-8-4 at every length', () => {
    expect(groupIdNumber('')).toBe('')
    expect(groupIdNumber('999901')).toBe('999901')
    expect(groupIdNumber('9999011')).toBe('999901 1')
    expect(groupIdNumber(good)).toBe('999901 19850312 0020')
  })
  it('keeps X only in the last place', () => {
    expect(cleanIdNumber('x110105 19491231 002x')).toBe('11010519491231002X')
    expect(cleanIdNumber('１１０１０５19491231002ｘ9')).toBe('11010519491231002X')
  })
  it('says what is missing, then whether it agrees', () => {
    expect(idNumberSentence(idNumberState('9999011985'))).toBe('还差 8 位')
    expect(idNumberState(good)).toEqual({ kind: 'good', birth: '1985-03-12', sex: '女' })
    expect(idNumberState('999901198503120021').kind).toBe('bad_check')
    expect(idNumberState('99990119850230').kind).toBe('bad_date')
  })
  it('never names the check character that would fit', () => {
    expect(idNumberSentence(idNumberState('110105194912310021'))).not.toContain('X')
  })
  it('finds every wrong single digit', () => {
    for (let place = 0; place < 17; place += 1) {
      for (let digit = 0; digit < 10; digit += 1) {
        if (String(digit) === good[place]) continue
        const wrong = good.slice(0, place) + String(digit) + good.slice(place + 1)
        expect(idNumberState(wrong).kind, wrong).not.toBe('good')
      }
    }
  })
  it('keeps the cursor at its sign while the groups move', () => {
    expect(regroup('9999011', 7, '999901', false)).toEqual({ value: '9999011', shown: '999901 1', cursor: 8 })
    expect(regroup('99999011985', 3, '9999011985', false)).toMatchObject({ shown: '999990 11985', cursor: 3 })
  })
  it('backspace over a gap takes the sign before it', () => {
    expect(regroup('9999011985', 6, '9999011985', true)).toEqual({ value: '999901985', shown: '999901 985', cursor: 5 })
  })
})

describe('dates', () => {
  it('are read from eight digits and from the usual ways of writing', () => {
    for (const typed of ['20260131', '2026-01-31', '2026-1-31', '2026.1.31', '2026/01/31', '2026年1月31日', '２０２６０１３１']) {
      expect(readDate(typed), typed).toEqual({ value: '2026-01-31', complete: true, sentence: '' })
    }
  })
  it('keep what is typed until they are complete', () => {
    expect(readDate('202601')).toEqual({ value: '202601', complete: false, unfinished: true, sentence: '还差 2 位：年 4 位、月 2 位、日 2 位' })
    expect(readDate('').sentence).toBe('')
  })
  it('that do not exist are named', () => {
    expect(readDate('20260229').sentence).toBe('2026 年 2 月只有 28 天，请核对')
    expect(readDate('20240229').complete).toBe(true)
    expect(readDate('20261331').sentence).toBe('没有 13 月，请核对')
    expect(readDate('2026013x').complete).toBe(false)
  })
  it('step over the ends of months and years', () => {
    expect(stepDate('2026-12-31', { days: 1 })).toBe('2027-01-01')
    expect(stepDate('2026-01-01', { days: -1 })).toBe('2025-12-31')
    expect(stepDate('2024-03-01', { days: -1 })).toBe('2024-02-29')
    expect(stepDate('2026-01-31', { months: 1 })).toBe('2026-02-28')
    expect(stepDate('2026-01-31', { months: -2 })).toBe('2025-11-30')
    expect(stepDate('202601', { days: 1 })).toBe('202601')
  })
})
