import { describe, expect, it } from 'vitest'
import { fits, linesOf, visibleRange } from './lines'
import type { WorkGroup, WorkRow } from './types'

const row = (id: string, person: string, words?: string): WorkRow => ({ id, cells: { person, matter: '出生登记' }, ...(words ? { words } : {}) })
const groups: WorkGroup[] = [{ id: 'g1', title: '待我办', rows: [row('1', '张𠮷', 'zhangji'), row('2', '李四')] }, { id: 'g2', title: '快到期', rows: [] }]

describe('work list', () => {
  it('filters by every word, in cells and in added words', () => {
    expect(fits(row('1', '张𠮷'), '𠮷')).toBe(true)
    expect(fits(row('1', '张𠮷', 'zhangji'), 'ZHANG 出生')).toBe(true)
    expect(fits(row('1', '张𠮷'), '张 死亡')).toBe(false)
    expect(fits(row('1', '张𠮷'), '  ')).toBe(true)
  })
  it('numbers rows through all groups and says which group is empty', () => {
    expect(linesOf(groups, '').map((line) => line.kind)).toEqual(['group', 'row', 'row', 'group', 'empty'])
    const filtered = linesOf(groups, '李')
    expect(filtered.map((line) => line.kind)).toEqual(['group', 'row', 'group'])
    expect(filtered[0]).toMatchObject({ shown: 1 })
  })
  it('draws only what can be seen', () => {
    const range = visibleRange(10_000, 33, 33 * 5000, 660)
    expect(range.first).toBe(4988)
    expect(range.last).toBe(5032)
    expect(visibleRange(3, 33, 0, 660)).toEqual({ first: 0, last: 3 })
  })
})
