import { describe, expect, it } from 'vitest'
import type { MendAct, MendField } from '@/rpc'
import { begin, choose, givenUp, open, used } from './choices'

const field = (path: string, part: Partial<MendField> = {}): MendField => ({
  path, label: path, mine: '甲', now: '乙', by: '赵衡', at: 0, clashes: false, same: false, ...part,
})
const act = (fields: MendField[]): MendAct => ({
  seq: 1, words: '填写', by: '白澄', at: 0, code: 'ACT_CONFLICT', sentence: '', cure: '', fields, others: [], asks: true, redo: true, why_not: '',
})

describe('what is chosen', () => {
  it('leaves what clashes to a person and keeps what nobody else touched', () => {
    const mine = act([field('a', { clashes: true }), field('b'), field('c', { same: true, clashes: true })])
    const first = begin(mine)
    expect(open(mine, first).map((one) => one.path)).toEqual(['a'])
    expect(used(mine, first)).toEqual(['b'])
    const chosen = choose(first, 'a', 'now')
    expect(open(mine, chosen)).toEqual([])
    expect(givenUp(mine, chosen).map((one) => one.path)).toEqual(['a'])
    expect(used(mine, choose(chosen, 'a', 'mine'))).toEqual(['a', 'b'])
  })
})
