import { describe, expect, it } from 'vitest'
import type { CaseView, FieldView, SectionView } from '@/rpc'
import { combinedMaterials, combinedQuestions, combinedSections, combinedSigners, idOf, placeOf, type Part } from './combined'

const field = (path: string): FieldView => ({
  path, label: path, kind: 'text', codes: null, width: 4, required: true, value: '', words: '', source: null, at: null, previous: null,
  register: null, register_words: null, locked: false, assigned: false, fault: null, non_standard: false,
  previous_words: null, searched: false, historic: false,
})
const section = (id: string, fields: string[], table = false): SectionView => ({
  id, title: id, person: null, table, lacking: 0, takes_cards: false,
  rows: table ? [fields.map((one) => field(`${id}.2.${one}`))] : [fields.map((one) => field(`${id}.${one}`))],
  next_row: table ? fields.map((one) => field(`${id}.3.${one}`)) : [],
})
const view = (name: string, sections: SectionView[], more: object = {}): CaseView =>
  ({ line: { id: name, matter_name: name }, editable: true, sections, identities: [], questions: [], materials: [], signers: [], ...more }) as unknown as CaseView
const part = (of: CaseView, shared: string[] = [], more: Partial<Part> = {}): Part =>
  ({ view: of, before: { shared, shared_questions: [], shared_materials: [] }, pending: new Map(), added: new Map(), ...more })

describe('the one form of a package', () => {
  const first = view('甲', [section('applicant', ['name', 'phone']), section('members', ['name'], true)])
  const second = view('乙', [section('applicant', ['name', 'phone', 'reason']), section('members', ['name'], true), section('own', ['x'])])
  const shared = ['applicant.name', 'applicant.phone', 'members.0.name']

  it('has what is shared once, and the rest of each member in groups of its own', () => {
    const all = combinedSections([part(first), part(second, shared)])
    expect(all.map((one) => one.title)).toEqual(['applicant', 'members', '乙：applicant', '乙：own'])
    expect(all[2]!.fields.map((one) => one.id)).toEqual(['1|applicant.reason'])
    expect(all[1]!.tables![0]!.rows[0]!.fields[0]!.id).toBe('0|members.2.name')
    const ids = all.flatMap((one) => one.fields.map((each) => each.id))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('keeps a table that shares a column only', () => {
    const more = view('乙', [section('members', ['name', 'relation'], true)])
    const all = combinedSections([part(first), part(more, ['members.0.name'])])
    expect(all[2]!.tables![0]!.id).toBe('1|members')
  })

  it('shows what is typed in the member that it was typed for', () => {
    const all = combinedSections([part(first, [], { pending: new Map([['applicant.phone', '199']]) }), part(second, shared, { pending: new Map([['own.x', '五']]) })])
    expect(all[0]!.fields[1]!.value).toBe('199')
    expect(all[3]!.fields[0]!.value).toBe('五')
  })

  it('takes a new row in the table of the member that shows it', () => {
    const all = combinedSections([part(first, [], { added: new Map([['members', [3]]]) }), part(second, shared)])
    const table = all[1]!.tables![0]!
    expect(table.addLabel).toBe('添加一行')
    expect(table.rows.map((one) => one.fields[0]!.id)).toEqual(['0|members.2.name', '0|members.3.name'])
  })

  it('asks each question and each paper once, and for a signature on every application', () => {
    const own = { questions: [{ id: 'who', text: '谁来办', answers: [], answer: null }], materials: [{ id: 'booklet', name: '户口簿', group: 'one' }], signers: [{ slot: 'applicant', label: '申请人' }] }
    const parts = [part(view('甲', [], own)), part(view('乙', [], own))]
    parts[1]!.before.shared_questions = ['who']
    parts[1]!.before.shared_materials = ['booklet']
    expect(combinedQuestions(parts).map((one) => [one.id, one.text])).toEqual([['0|who', '谁来办']])
    expect(combinedMaterials(parts).map((one) => [one.id, one.group])).toEqual([['0|booklet', '0|one']])
    expect(combinedSigners(parts).map((one) => [one.slot, one.label])).toEqual([['0|applicant', '甲：申请人'], ['1|applicant', '乙：申请人']])
    const apart = [part(view('甲', [], own)), part(view('乙', [], own))]
    expect(combinedQuestions(apart).map((one) => one.text)).toEqual(['谁来办', '乙：谁来办'])
    expect(combinedMaterials(apart).map((one) => one.name)).toEqual(['户口簿', '乙：户口簿'])
  })

  it('tells whose a field is from its id', () => {
    expect(placeOf(idOf(12, 'members.0.name'))).toEqual({ place: 12, path: 'members.0.name' })
  })
})
