import { describe, expect, it } from 'vitest'
import { officerTabs } from './officerTabs'
import { undoSeconds } from './types'

describe('frame', () => {
  it('counts an undo down from ten seconds', () => {
    const offer = { id: 'u', label: '删除第 2 页', since: 1000 }
    expect([1000, 1001, 5500, 10_999, 11_000, 99_000].map((now) => undoSeconds(offer, now))).toEqual([10, 10, 6, 1, 0, 0])
  })
  it('gives every page its own key', () => {
    expect(new Set(officerTabs.map((tab) => tab.key)).size).toBe(officerTabs.length)
  })
})
