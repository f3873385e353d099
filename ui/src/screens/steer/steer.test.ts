import { describe, expect, it } from 'vitest'
import type { SteerChoice } from '@/rpc'
import { emptySteer, lackingSteer, steerRequest, toggled } from './steer'

const choice = (part: Partial<SteerChoice>): SteerChoice => ({
  steer: 'supplement', label: '要求补正', effect: '', materials: [{ id: 'booklet', name: '《居民户口簿》' }, { id: 'card', name: '《居民身份证》' }],
  days: { from: '2026-11-24', until: '2027-01-22', usual: '2026-11-30', optional: false },
  reasons: [{ code: '01', name: '图像不清或者缺页', initials: 'TXBQ' }] as unknown as SteerChoice['reasons'], reason: true, colleagues: [], kinds: [], ...part,
})

describe('更多办理', () => {
  it('starts with the usual day and nothing ticked', () => {
    expect(emptySteer(choice({}))).toMatchObject({ until: '2026-11-30', code: '', to: '' })
    expect(emptySteer(choice({ days: null })).until).toBe('')
  })

  it('says one thing at a time that is still lacking', () => {
    const draft = emptySteer(choice({}))
    expect(lackingSteer(choice({}), draft)).toContain('勾选')
    draft.materials = toggled(draft.materials, 'booklet')
    expect(lackingSteer(choice({}), { ...draft, until: '2026-11-20' })).toContain('2026-11-24 到 2027-01-22')
    expect(lackingSteer(choice({}), draft)).toContain('原因')
    expect(lackingSteer(choice({}), { ...draft, words: '第二页' })).toBe('')
    expect(lackingSteer(choice({}), { ...draft, code: '01' })).toBe('')
    expect(toggled(draft.materials, 'booklet').size).toBe(0)
  })

  it('lets a promise without materials take the promise back', () => {
    const promise = choice({ steer: 'promise', reason: false })
    expect(lackingSteer(promise, { ...emptySteer(promise), until: '' })).toBe('')
    const again = emptySteer(promise, ['card', 'gone'])
    expect([...again.materials]).toEqual(['card'])
  })

  it('wants a day for a special procedure only', () => {
    const stop = choice({ steer: 'suspend', materials: [], kinds: [['suspended', '中止'], ['special_procedure', '特别程序']], days: { from: '2026-11-24', until: '2027-11-22', usual: '2026-11-30', optional: true } })
    const draft = { ...emptySteer(stop), words: '等鉴定' }
    expect(draft.kind).toBe('suspended')
    expect(lackingSteer(stop, draft)).toBe('')
    expect(lackingSteer(stop, { ...draft, kind: 'special_procedure' })).toContain('哪一天')
  })

  it('wants a colleague where work is handed on', () => {
    const hand = choice({ steer: 'hand_over', materials: [], days: null, reasons: [], colleagues: [{ officer: 'J0002', name: '演示乙（户籍民警）' }] })
    expect(lackingSteer(hand, { ...emptySteer(hand), words: '轮休' })).toContain('同事')
    expect(steerRequest('c1', hand, { ...emptySteer(hand), words: ' 轮休 ', to: 'J0002' })).toEqual({
      case: 'c1', steer: 'hand_over', materials: [], until: '', reason: { code: '', text: '轮休', basis: '' }, kind: null, to: 'J0002',
    })
  })

  it('puts the words of the list before the own ones', () => {
    const one = choice({})
    expect(steerRequest('c1', one, { ...emptySteer(one), code: '01', words: '索引页' }).reason.text).toBe('图像不清或者缺页：索引页')
  })
})
