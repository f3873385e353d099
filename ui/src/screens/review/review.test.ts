import { describe, expect, it } from 'vitest'
import type { CaseView, FieldView, MaterialView, SectionView } from '@/rpc'
import { emptyDraft, lacking, nextInQueue, reasonOf } from './decision'
import { differing, materialOf, readField, reviewSections } from './reviewForm'

const field = (path: string, label: string, value: string, register: string | null = null): FieldView => ({
  path, label, kind: 'text', codes: null, width: 0, non_standard: false, searched: false, historic: false, required: false, value, words: '', source: 'typed', at: 0, previous: null, previous_words: null, register, register_words: register, locked: false, assigned: false, fault: null,
})
const section = (id: string, title: string, rows: FieldView[][], person: SectionView['person'] = null, table = false): SectionView => ({ id, title, person, table, rows, next_row: [], takes_cards: false, lacking: 0 })
const material = (id: string, name: string, pages = 1): MaterialView => ({
  id, name, plain: '', rule: 'required', group: '', met: true, open: true, tolerated: false, asked_again: false, inspect: '', because: '', check: null,
  pages: Array.from({ length: pages }, (_, at) => ({ id: `${id}${at}`, blob: '', attestation: null, kept: '', here: true })),
})
const view = (sections: SectionView[], materials: MaterialView[]) => ({ sections, materials }) as unknown as CaseView

describe('differences', () => {
  const father = section('father', '父亲', [[field('father.name', '姓名', '周𬭚', '周铭'), field('father.number', '公民身份号码', '1', null), field('father.address', '住址', '江城 ', '江城')]], 'father')
  it('are what the register has otherwise; spaces at the end and unasked fields are none', () => {
    expect(differing(father).map((one) => one.path)).toEqual(['father.name'])
  })
  it('are found in every row of a table', () => {
    const members = section('members', '成员', [[field('members.0.relation', '关系', '01', '02')], [field('members.1.relation', '关系', '10', '10')]], null, true)
    expect(differing(members).map((one) => one.path)).toEqual(['members.0.relation'])
    const [shown] = reviewSections(view([members], []))
    expect(shown?.tables?.[0]?.rows).toHaveLength(2)
    expect(shown?.state).toBe('stop')
  })
  it('a register that has nothing there differs from a value', () => {
    expect(readField(field('a.b', '电话', '139', '')).registerValue).toBe('')
    expect(differing(section('a', 'a', [[field('a.b', '电话', '139', '')]]))).toHaveLength(1)
  })
})

describe('the page that belongs to a field', () => {
  const sections = [
    section('newborn', '新生儿', [[field('newborn.name', '姓名', '周某'), field('newborn.certificate', '出生医学证明编号', 'A1')]]),
    section('mother', '母亲', [[field('mother.name', '姓名', '沈㛃')]], 'mother'),
  ]
  const materials = [material('booklet', '母亲的居民户口簿'), material('birth', '《出生医学证明》'), material('marriage', '结婚证', 0)]
  it('is the material that the label names', () => {
    expect(materialOf(view(sections, materials), 'newborn.certificate')?.id).toBe('birth')
  })
  it('is the material of the person', () => {
    expect(materialOf(view(sections, materials), 'mother.name')?.id).toBe('booklet')
  })
  it('is none when nothing agrees, or when it has no page', () => {
    expect(materialOf(view(sections, materials), 'newborn.name')).toBeUndefined()
    expect(materialOf(view(sections, [material('birth', '《出生医学证明》', 0)]), 'newborn.certificate')).toBeUndefined()
    expect(materialOf(view(sections, materials), 'nobody.name')).toBeUndefined()
  })
})

describe('a decision', () => {
  const reasons = [{ code: '03', name: '图像不清', initials: 'TXBQ' }]
  it('to pass needs nothing; to return a reason; to refuse a reason and its basis', () => {
    expect(lacking(emptyDraft('pass'))).toBe('')
    expect(lacking(emptyDraft('return'))).not.toBe('')
    expect(lacking({ ...emptyDraft('return'), words: ' ' })).not.toBe('')
    expect(lacking({ ...emptyDraft('return'), code: '03' })).toBe('')
    expect(lacking({ ...emptyDraft('refuse'), words: '不符合条件' })).not.toBe('')
    expect(lacking({ ...emptyDraft('refuse'), words: '不符合条件', basis: '《户口登记条例》第十八条' })).toBe('')
  })
  it('carries the words of the list with the reviewer’s own behind them', () => {
    expect(reasonOf({ ...emptyDraft('return'), code: '03', words: ' 第 2 页重扫 ' }, reasons)).toEqual({ code: '03', text: '图像不清：第 2 页重扫', basis: '' })
    expect(reasonOf({ ...emptyDraft('refuse'), words: '不符合条件', basis: '第十八条' }, reasons)).toEqual({ code: '', text: '不符合条件', basis: '第十八条' })
    expect(reasonOf(emptyDraft('pass'), reasons)).toBeNull()
  })
  it('opens the next of the queue, round the end, none after the last', () => {
    const queue = [{ id: 'a' }, { id: 'b' }, { id: 'c' }]
    expect(nextInQueue(queue, 'b')).toBe('c')
    expect(nextInQueue(queue, 'c')).toBe('a')
    expect(nextInQueue(queue, 'gone')).toBe('a')
    expect(nextInQueue([{ id: 'a' }], 'a')).toBeNull()
    expect(nextInQueue([], 'a')).toBeNull()
  })
})
