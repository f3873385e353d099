import { describe, expect, it } from 'vitest'
import { RpcFailure, type CaseView, type ChangeFields, type SaveDraft } from '@/rpc'
import { birth, NOW, shell } from '../../dev/fixtures'
import { DraftKeeper } from './draft'
import { changedBy, emptyRow, formSections, sectionOf } from './form'
import { frameSync, frameUndo } from './frame'
import { jumpTarget, nextJump, readTarget } from './missing'
import { completes } from '../screens/intake/commits'
import { nextPerson, personsOf, typedIdentity } from '../screens/intake/persons'

const state = (more = {}) => ({ pending: new Map<string, string>(), marks: new Map<string, string>(), unlocked: new Set<string>(), ...more })
const field = (view: CaseView, path: string, more = {}) => {
  const section = formSections(view, state(more)).find((one) => one.id === sectionOf(path))!
  return [...section.fields, ...(section.tables ?? []).reduce<typeof section.fields[number][]>((all, one) => all.concat(...one.rows.map((row) => row.fields)), [])].find((one) => one.id === path)!
}

describe('what is typed', () => {
  const lacking = () => {
    const view = structuredClone(birth())
    const mother = view.sections.find((one) => one.id === 'mother')!
    for (const one of mother.rows[0]!) Object.assign(one, { value: '', required: true })
    mother.lacking = mother.rows[0]!.length
    return { view, paths: mother.rows[0]!.map((one) => one.path), number: mother.rows[0]!.find((one) => one.kind === 'id_number')!.path }
  }
  it('goes into the case after a whole citizen number, because the register is asked with it', () => {
    const { view, number } = lacking()
    expect(completes(view, number, new Map([[number, '99990119950903902']]))).toBe(false)
    expect(completes(view, number, new Map([[number, '999901199509039025']]))).toBe(true)
  })
  it('goes into the case after a correction, because the checks are to be made again', () => {
    const view = birth()
    expect(completes(view, 'mother.name', new Map([['mother.name', '改过的名']]))).toBe(true)
    expect(completes(view, 'mother.name', new Map())).toBe(false)
  })
  it('goes into the case with the last thing that its group lacked', () => {
    const { view, paths, number } = lacking()
    const others = paths.filter((path) => path !== number)
    const typed = new Map(others.map((path): [string, string] => [path, '1']))
    expect(completes(view, others[0]!, typed)).toBe(false)
    typed.set(number, '999')
    expect(completes(view, others[0]!, typed)).toBe(true)
    expect(completes(view, 'newborn.name', typed)).toBe(false)
  })
})

describe('the form', () => {
  it('shows what came from a card as locked, with its source and why', () => {
    const name = field(birth(), 'applicant.name')
    expect(name).toMatchObject({ value: '欧阳㛃', source: 'card', locked: '读卡得到，改要说明理由', type: 'name' })
    expect(field(birth(), 'applicant.name', { unlocked: new Set(['applicant.name']) }).locked).toBeUndefined()
  })

  it('compares a code with the code of the register, not with its words', () => {
    expect(field(birth(), 'mother.ethnic_group')).toMatchObject({ value: '02', registerValue: '01', codeTable: 'ethnic-group' })
  })

  it('says what is wrong by code, but not while it is being typed', () => {
    expect(field(birth(), 'applicant.phone').error).toContain('电话号码')
    const typing = field(birth(), 'applicant.phone', { pending: new Map([['applicant.phone', '13900']]) })
    expect(typing.error).toBeUndefined()
    expect(typing).toMatchObject({ value: '13900', source: 'typed' })
  })

  it('never makes a number of the register writable', () => {
    expect(field(birth(), 'newborn.citizen_number').type).toBe('assigned')
  })

  it('closes everything once the case has left the counter', () => {
    const view = { ...birth(), editable: false }
    expect(formSections(view, state()).every((section) => section.fields.every((one) => one.type === 'assigned' || one.locked))).toBe(true)
  })

  it('draws rows of a table, and a new one with the same columns', () => {
    const view = birth()
    const members = view.sections.find((one) => one.id === 'members')!
    expect(emptyRow(members, 2).map((one) => one.path)).toEqual(['members.2.name', 'members.2.number', 'members.2.relation'])
    const drawn = formSections(view, state(), new Map([['members', [2]]])).find((one) => one.id === 'members')!
    expect(drawn.tables![0]!.rows.map((row) => row.id)).toEqual(['0', '1', '2'])
    // Without the network nothing has filled it: the members are written down from the booklet.
    members.rows = []
    const begun = formSections(view, state(), new Map([['members', [0]]])).find((one) => one.id === 'members')!.tables![0]!
    expect(begun.columns.map((one) => one.label)).toEqual(['姓名', '公民身份号码', '与户主关系'])
    expect(begun.rows[0]!.fields.map((one) => one.id)).toEqual(['members.0.name', 'members.0.number', 'members.0.relation'])
    expect(begun.addLabel).toBe('添加一行')
  })

  it('marks what an answer has changed', () => {
    const before = birth()
    const after = birth()
    after.sections[2]!.rows[0]!.push({ ...after.sections[2]!.rows[0]![0]!, path: 'newborn.order' })
    after.materials.push({ ...after.materials[1]!, id: 'divorce', name: '离婚证' })
    const changed = changedBy(before, after)
    expect(changed.fields.get('newborn.order')).toBe('新增')
    expect(changed.materials.get('divorce')).toBe('新增')
    expect(changed.words).toBe('表单新增 1 项，材料新增 1 种')
    expect(changedBy(before, birth()).words).toBe('')
  })
})

describe('what is missing', () => {
  it('jumps to the place of every kind', () => {
    const view = birth()
    expect(view.missing.map((one) => jumpTarget(one, view))).toEqual([
      { place: 'question', id: 'in_wedlock' }, { place: 'field', id: 'applicant.phone' }, { place: 'field', id: 'newborn.certificate' },
      { place: 'material', id: 'birth_certificate' }, { place: 'rule', id: 'ethnic' }, { place: 'lookup', id: 'mother' },
      { place: 'person', id: 'father' }, { place: 'signature', id: 'father' },
    ])
  })

  it('walks on with every press and begins again at the end', () => {
    const view = birth()
    const first = nextJump(view, undefined)!
    expect(first).toEqual({ place: 'question', id: 'in_wedlock' })
    expect(nextJump(view, first)).toEqual({ place: 'field', id: 'applicant.phone' })
    expect(nextJump(view, { place: 'signature', id: 'father' })).toEqual(first)
    expect(nextJump({ ...view, missing: [] }, first)).toBeUndefined()
    // What was mended meanwhile is no longer there: begin with the first.
    expect(nextJump(view, { place: 'field', id: 'gone' })).toEqual(first)
  })

  it('reads a target of a route', () => {
    expect(readTarget('field:mother.name')).toEqual({ place: 'field', id: 'mother.name' })
    expect(readTarget('nowhere:x')).toBeUndefined()
  })
})

describe('drafts', () => {
  const locked = () => new RpcFailure({ code: 'FIELD_LOCKED', sentence: 's', cure: 'c', who: 'clerk', refusal: { kind: 'field_locked', field: 'a.locked' }, report: null })

  function keeper(answers: ((request: ChangeFields) => CaseView)[] = []) {
    const drafts: SaveDraft[] = []
    const commits: ChangeFields[] = []
    const order: string[] = []
    const failed: string[] = []
    const one = new DraftKeeper('c1', {
      async saveDraft(request) { order.push('draft'); drafts.push(request) },
      async changeFields(request) { order.push('commit'); commits.push(request); return (answers.shift() ?? (() => birth()))(request) },
    }, { saved() {}, changed() {}, failed: (failure) => failed.push(failure.code) })
    return { one, drafts, commits, order, failed }
  }

  it('writes every change with the place of the cursor in UTF-16 units', async () => {
    const { one, drafts } = keeper()
    one.moved({ field: 'a.name', start: 0, end: 0 })
    one.type('a.name', '张𠮷')
    one.moved({ field: 'a.name', start: 2, end: 2 })
    await one.save()
    expect(drafts[drafts.length - 1]).toEqual({ case: 'c1', section: 'a', values: [['a.name', '张𠮷']], field: 'a.name', cursor: 3 })
  })

  it('commits the section that is left, after the draft that it ends', async () => {
    const { one, commits, order } = keeper()
    one.type('a.x', '1')
    one.type('b.y', '2')
    expect(one.moved({ field: 'c.z', start: 0, end: 0 })).toBe(true)
    expect(await one.commit('a')).toBe(true)
    expect(commits.map((request) => request.changes)).toEqual([[['a.x', '1']]])
    expect(Array.from(one.pending.value)).toEqual([['b.y', '2']])
    expect(order[order.length - 1]).toBe('commit')
  })

  it('keeps what was typed on while the answer was out', async () => {
    const { one } = keeper([() => { one.type('a.x', '12'); return birth() }])
    one.type('a.x', '1')
    await one.commit()
    expect(Array.from(one.pending.value)).toEqual([['a.x', '12']])
  })

  it('sends the others when one field is refused, and the refused one only after it is typed anew', async () => {
    const { one, commits, failed } = keeper([() => { throw locked() }])
    one.type('a.locked', 'x')
    one.type('a.free', 'y')
    expect(await one.commit()).toBe(false)
    expect(commits.map((request) => request.changes)).toEqual([[['a.locked', 'x'], ['a.free', 'y']], [['a.free', 'y']]])
    expect(failed).toEqual(['FIELD_LOCKED'])
    await one.commit()
    expect(commits).toHaveLength(2)
    one.type('a.locked', 'z')
    one.reasons.set('a.locked', '以户口簿为准')
    expect(await one.commit()).toBe(true)
    expect(commits[2]).toMatchObject({ changes: [['a.locked', 'z']], reason: '以户口簿为准' })
    expect(one.pending.value.size).toBe(0)
  })

  it('repeats a commit whose answer was lost under the same name', async () => {
    const lost = new RpcFailure({ code: 'WINDOW_NO_ANSWER', sentence: '', cure: '', who: 'clerk', refusal: null, report: null })
    const { one, commits } = keeper([() => { throw lost }])
    one.type('a.x', '1')
    expect(await one.commit()).toBe(false)
    expect(await one.commit()).toBe(true)
    expect(commits[0]!.command).toBe(commits[1]!.command)
  })

  it('takes up a draft from before a restart, newer typing first', () => {
    const { one } = keeper()
    one.restore({ values: [['a.x', 'old']], field: 'a.x', cursor: 1 })
    expect(one.pending.value.get('a.x')).toBe('old')
  })
})

describe('the frame', () => {
  it('says what waits and since when the network is gone', () => {
    const line = { online: false, since: NOW - 8 * 60_000, pending: 3, pending_files: 0, rejected: 0 }
    expect(frameSync(line, NOW)).toEqual({ tone: 'due', words: '3 步待传，网络断开 8 分钟' })
    expect(frameSync({ ...line, online: true, pending: 0 }, NOW)).toEqual({ tone: 'done', words: '已全部上传' })
    expect(frameSync({ ...line, rejected: 1 }, NOW).tone).toBe('stop')
  })

  it('offers an undo for what is left of its ten seconds by the trusted clock', () => {
    const now = shell('open')
    expect(frameUndo({ ...now, undo: { words: 'x', until: NOW + 4000 } }, NOW, 50_000)).toMatchObject({ label: 'x', since: 44_000 })
    expect(frameUndo({ ...now, undo: { words: 'x', until: NOW } }, NOW, 50_000)).toBeUndefined()
  })
})

describe('persons', () => {
  it('stand once each, those who sign marked', () => {
    const lines = personsOf(birth())
    expect(lines.map((one) => [one.person, one.state, one.needed])).toEqual([['applicant', 'card', true], ['mother', 'none', false], ['father', 'none', true]])
    expect(nextPerson(lines, 'mother')?.person).toBe('mother')
    expect(nextPerson(lines, 'newborn')?.person).toBe('father')
  })

  it('take birth date and sex from a typed number', () => {
    expect(typedIdentity('resident_card', '999901 19850312 0020', ' 欧阳㛃 ')).toMatchObject({ number: '999901198503120020', name: '欧阳㛃', sex: '2', birth_date: '1985-03-12' })
    expect(typedIdentity('passport', 'e1234567', 'A')).toMatchObject({ number: 'E1234567', sex: '', birth_date: '' })
  })
})

