import { describe, expect, it } from 'vitest'
import type { CaseView, FieldView, SectionView } from '@/rpc'
import { combinedSections, idOf, placeOf } from './combined'

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
const view = (name: string, sections: SectionView[]): CaseView => ({ line: { id: name, matter_name: name }, editable: true, sections, identities: [] }) as unknown as CaseView

describe('the one form of a package', () => {
  const first = view('甲', [section('applicant', ['name', 'phone']), section('members', ['name'], true)])
  const second = view('乙', [section('applicant', ['name', 'phone', 'reason']), section('members', ['name'], true), section('own', ['x'])])
  const shared = ['applicant.name', 'applicant.phone', 'members.0.name']

  it('has what is shared once, and the rest of each member in groups of its own', () => {
    const all = combinedSections([{ view: first, shared: [], pending: new Map() }, { view: second, shared, pending: new Map() }])
    expect(all.map((one) => one.title)).toEqual(['applicant', 'members', '乙：applicant', '乙：own'])
    expect(all[2]!.fields.map((one) => one.id)).toEqual(['1|applicant.reason'])
    expect(all[1]!.tables![0]!.rows[0]!.fields[0]!.id).toBe('0|members.2.name')
    const ids = all.flatMap((one) => one.fields.map((each) => each.id))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('keeps a table that shares a column only', () => {
    const more = view('乙', [section('members', ['name', 'relation'], true)])
    const all = combinedSections([{ view: first, shared: [], pending: new Map() }, { view: more, shared: ['members.0.name'], pending: new Map() }])
    expect(all[2]!.tables![0]!.id).toBe('1|members')
  })

  it('shows what is typed in the member that it was typed for', () => {
    const all = combinedSections([{ view: first, shared: [], pending: new Map([['applicant.phone', '199']]) }, { view: second, shared, pending: new Map([['own.x', '五']]) }])
    expect(all[0]!.fields[1]!.value).toBe('199')
    expect(all[3]!.fields[0]!.value).toBe('五')
  })

  it('tells whose a field is from its id', () => {
    expect(placeOf(idOf(12, 'members.0.name'))).toEqual({ place: 12, path: 'members.0.name' })
  })
})
