import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PendingChanges } from './changes'
import { mayGrow, searchCodes, settledCode, shownCode } from './codeSearch'
import { differsFromRegister } from './differs'
import { spanOf } from './layout'
import { cleanName, nameSentence } from './nameText'
import { pageOf } from './paging'
import { phoneSentence } from './phoneText'
import { characterOf, codePointName, searchRare, type RareCharacterFile } from './rareCharacters'
import type { CodeTable, FieldChange, FormField } from './types'

const nations: CodeTable = {
  id: 'nation', title: '民族', entries: [
    { code: '01', text: '汉族', initials: 'hz', pinyin: 'hanzu' }, { code: '02', text: '蒙古族', initials: 'mgz', pinyin: 'mengguzu' },
    { code: '03', text: '回族', initials: 'hz', pinyin: 'huizu' }, { code: '11', text: '满族', initials: 'mz', pinyin: 'manzu' },
    { code: '98', text: '旧码', initials: 'jm', retired: true },
  ],
}
const texts = (typed: string) => searchCodes(nations, typed).map((entry) => entry.text)

describe('code search', () => {
  it('by digits, also full-width', () => {
    expect(texts('01')).toEqual(['汉族'])
    expect(texts('0')).toEqual(['汉族', '蒙古族', '回族'])
    expect(texts('０１')).toEqual(['汉族'])
  })
  it('by pinyin initials and by whole pinyin', () => {
    expect(texts('hz')).toEqual(['汉族', '回族'])
    expect(texts('mg')).toEqual(['蒙古族'])
    expect(texts('hui')).toEqual(['回族'])
    expect(texts('M')).toEqual(['蒙古族', '满族'])
  })
  it('by Chinese, the beginning before the middle', () => {
    expect(texts('满')).toEqual(['满族'])
    expect(texts('古')).toEqual(['蒙古族'])
    expect(texts('族')).toHaveLength(4)
    expect(texts('汉人')).toEqual([])
  })
  it('offers no retired code but still shows it', () => {
    expect(texts('98')).toEqual([])
    expect(texts('')).toHaveLength(4)
    expect(shownCode(nations, '98')).toBe('98 旧码')
    expect(shownCode(nations, '77')).toBe('77')
  })
  it('settles only what can mean one thing', () => {
    expect(settledCode(nations, '01')?.code).toBe('01')
    expect(settledCode(nations, '回族')?.code).toBe('03')
    expect(settledCode(nations, 'mgz')?.code).toBe('02')
    expect(settledCode(nations, 'hz')).toBeUndefined()
    expect(settledCode(nations, '')).toBeUndefined()
    expect(mayGrow(nations, '0')).toBe(true)
    expect(mayGrow(nations, '01')).toBe(false)
  })
  it('pages', () => {
    expect(pageOf([1, 2, 3, 4, 5], 1, 2)).toEqual({ items: [3, 4], page: 1, pages: 3, total: 5 })
    expect(pageOf([1, 2, 3], 9, 2)).toMatchObject({ items: [3], page: 1 })
    expect(pageOf([], 0, 9)).toEqual({ items: [], page: 0, pages: 1, total: 0 })
  })
})

describe('names', () => {
  it('take every dot as the separator and keep 50 characters, pairs as one', () => {
    expect(cleanName('阿依古丽•买买提')).toBe('阿依古丽·买买提')
    expect(cleanName('阿依古丽`买买提')).toBe('阿依古丽·买买提')
    expect(nameSentence('𠮷'.repeat(50), 50)).toBe('')
    expect(nameSentence('𠮷'.repeat(51), 50)).toBe('最多 50 个字，现在 51 个，请删去多出的字')
  })
  it('with a dot at an end, a digit or a space are questioned', () => {
    expect(nameSentence('·买买提', 50)).not.toBe('')
    expect(nameSentence('张3', 50)).not.toBe('')
    expect(nameSentence('张三 ', 50)).not.toBe('')
    expect(nameSentence('买买提·阿不都', 50)).toBe('')
  })
})

describe('rare characters', () => {
  const file: RareCharacterFile = {
    version: 't', characters: [
      { char: '𠮷', pinyin: ['ji'], strokes: 6, order: '121251', parts: '土口' }, { char: '㛃', pinyin: ['jie'], strokes: 9, parts: '女圭' },
      { char: '𬭚', pinyin: ['chun'], strokes: 12, parts: '钅享' },
    ],
  }
  const found = (typed: string) => searchRare(file, typed).map((entry) => entry.char)
  it('by code point, even one that the file does not hold', () => {
    expect(found('20BB7')).toEqual(['𠮷'])
    expect(found('u+2cb5a')).toEqual(['𬭚'])
    expect(found('U+30EDD')).toEqual(['𰻝'])
    expect(codePointName('㛃')).toBe('U+36C3')
  })
  it('never gives what is no character of a name', () => {
    expect(characterOf('D83D')).toBeUndefined()
    expect(characterOf('1F600')).toBeUndefined()
    expect(characterOf('FFFFF')).toBeUndefined()
  })
  it('by pinyin, the whole syllable first', () => expect(found('ji')).toEqual(['𠮷', '㛃']))
  it('by stroke order, stroke count and parts', () => {
    expect(found('1212')).toEqual(['𠮷'])
    expect(found('9画')).toEqual(['㛃'])
    expect(found('口土')).toEqual(['𠮷'])
    expect(found('享')).toEqual(['𬭚'])
    expect(found('')).toEqual([])
  })
})

describe('what goes out of a field', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })
  const of = (field: string, value: string): FieldChange => ({ field, value, complete: true })

  it('waits 300 ms after the last key and then goes once', () => {
    const send = vi.fn()
    const pending = new PendingChanges(send)
    pending.typed(of('a', '张'))
    vi.advanceTimersByTime(299)
    pending.typed(of('a', '张三'))
    vi.advanceTimersByTime(299)
    expect(send).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(send.mock.calls).toEqual([[of('a', '张三')]])
  })
  it('goes at once when the field is left, and not twice', () => {
    const send = vi.fn()
    const pending = new PendingChanges(send)
    pending.typed(of('a', '1'))
    pending.typed(of('b', '2'))
    pending.flush('a')
    expect(send.mock.calls).toEqual([[of('a', '1')]])
    pending.flush()
    vi.advanceTimersByTime(1000)
    expect(send).toHaveBeenCalledTimes(2)
  })
  it('a choice overtakes what was typed towards it', () => {
    const send = vi.fn()
    const pending = new PendingChanges(send)
    pending.typed(of('a', '0'))
    pending.chosen(of('a', '01'))
    vi.advanceTimersByTime(1000)
    expect(send.mock.calls).toEqual([[of('a', '01')]])
  })
})

describe('fields', () => {
  const field = (part: Partial<FormField>): FormField => ({ id: 'x', label: 'x', type: 'text', value: '', ...part })
  it('differ only from a register that was asked', () => {
    expect(differsFromRegister(field({ value: '01' }))).toBe(false)
    expect(differsFromRegister(field({ value: '01', registerValue: '01' }))).toBe(false)
    expect(differsFromRegister(field({ value: '01', registerValue: '' }))).toBe(true)
  })
  it('never take more than the row', () => {
    for (const size of ['wide', 'medium', 'narrow'] as const) {
      for (let width = -1; width <= 20; width += 1) {
        const span = spanOf(field({ width }), size)
        expect(span).toBeGreaterThanOrEqual(1)
        expect(span).toBeLessThanOrEqual(12)
      }
    }
  })
  it('phones say how many digits are missing', () => {
    expect(phoneSentence('1390000')).toBe('还差 4 位')
    expect(phoneSentence('13900000000')).toBe('')
    expect(phoneSentence('12900000000')).not.toBe('')
    expect(phoneSentence('0562-2812345')).toBe('')
  })
})
