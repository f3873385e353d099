/** Data of the double. Persons are invented: region 999901 exists nowhere, check digits are valid (GB 11643). */
import type { CaseLine, CaseView, CodeTable, Desk, DeviceLine, FieldView, Identity, MatterLine, Shell } from '@/rpc'

export const NOW = Date.UTC(2026, 0, 31, 6, 32, 5)
const HOUR = 3600_000

const device = (id: string, kind: DeviceLine['device']['class'], ready: boolean, words: string): DeviceLine => ({
  device: { id, class: kind, name: id, maker: '', connection: { type: 'system', name: id }, accessibility: { type: 'accessible' }, attestation: 'virtual', capabilities: { type: 'unknown' }, model: { model: '', serial: '', firmware: '' } },
  state: ready ? 'ready' : 'faulty', ready, words,
  fault: ready ? null : { fault: { code: 'PRT_NO_PAPER' as never, class: kind, device: id, held_by: null, detail: '', permanent: false }, sentence: '打印机缺纸。', cure: '请加纸后再打印。', who: 'clerk' },
})

const unit = '999901001000'
export const shell = (gate: Shell['gate']): Shell => ({
  revision: 1, gate, window: '柜台一', unit: { code: unit, name: '江城市公安局城关派出所', short: '江城 城关派出所' },
  session: gate === 'open' || gate === 'locked' ? {
    officer: 'F0001', name: '演示甲', post: { unit, role: 'auxiliary' }, title: '辅警', online: true,
    posts: [{ post: { unit, role: 'auxiliary' }, title: '辅警', unit: '城关派出所' }, { post: { unit, role: 'photographer' }, title: '照相员', unit: '城关派出所' }],
  } : null,
  counts: { to_do: 7, waiting: 2, due_soon: 2, to_review: 0 },
  sync: { online: true, since: NOW - HOUR, pending: 0, pending_files: 0, rejected: 0 },
  devices: [device('card', 'id_card_reader', true, '正常'), device('scan', 'scanner', true, '正常'), device('print', 'printer', false, '缺纸')],
  parked: 2, undo: null, arrival: false, scanned: null, now: NOW, time_confirmed: true, demo: true, operations: [], version: '0.1.0',
})

const line = (id: string, number: string, person: string, matter: string, state: string, more: Partial<CaseLine> = {}): CaseLine => ({
  id, number, person, matter: 'T001', matter_name: matter, state, next: '户籍民警', taken_in_by: '演示甲', opened: NOW - 3 * HOUR, changed: NOW - HOUR,
  due: '', days_left: null, remind: '', overdue: false, holder: '', unsent: 0, troubled: false, unfinished: false, parked: false, ended: false, ...more,
})
export const lines: CaseLine[] = [
  line('c1', '', '张𠮷', '出生登记随母入户', '在窗口', { next: '窗口继续办理' }),
  line('c2', '99990100120260000118', '欧阳㛃', '18周岁以下姓名变更', '已退回补材料', { next: '窗口补材料', due: '2026-02-01', days_left: 1 }),
  line('c3', '99990100120260000121', '阿依古丽·买买提', '户主变更', '待领取', { next: '领取登记', unsent: 2 }),
  line('c4', '99990100120260000109', '王𬭚', '死亡登记', '待民警审核', { due: '2026-01-30', days_left: -1, troubled: true }),
  line('c5', '99990100120260000124', '李演示', '居民身份证期满换领', '待审签'),
]
export const parked = [line('c1', '', '张𠮷', '出生登记随母入户', '在窗口', { parked: true, next: '窗口继续办理' }), line('c6', '', '赵演示', '户籍证明', '在窗口', { parked: true, next: '窗口继续办理' })]

const guide = { conditions: '母亲是本地在册居民，孩子在境内出生、持有出生医学证明，要把户口落在母亲户内。', procedure: '窗口收齐材料、核对出生医学证明和母亲的户籍，民警审核后由常口登记并编出公民身份号码。', fee: '不收费', basis: '户政管理工作规范', applicant: '婴儿父母或者其他监护人', presence: '', limits: '', faq: [] }
const matter = (id: string, short: string, initials: string, category: string[], materials: string[], more: Partial<MatterLine> = {}): MatterLine =>
  ({ id, name: short, short, initials, category, guide, materials, allowed: true, limit: '', ...more })
export const matters: MatterLine[] = [
  matter('T001', '出生登记随母入户', 'CSDJSMRH', ['户口登记', '出生登记', '随母入户'], ['婴儿母亲《居民户口簿》', '婴儿《出生医学证明》'], { name: '出生登记（有出生医学证明，随母入户）' }),
  matter('T042', '户主变更', 'HZBG', ['户口登记', '变更更正'], ['居民户口簿', '全户成员同意的声明']),
  matter('T026', '18周岁以下姓名变更', 'XMBG', ['户口登记', '变更更正'], ['居民户口簿', '父母双方同意的声明', '出生医学证明'], { limit: '断网时只能收件，联网后再确认受理' }),
  matter('T083', '死亡登记', 'SWDJ', ['户口登记', '注销'], ['死亡证明', '居民户口簿']),
  matter('ID-RENEW', '居民身份证期满换领', 'SFZHL', ['居民身份证'], ['居民身份证'], {}),
  matter('K07', '户籍证明', 'HJZM', ['证明'], [], { allowed: false }),
]
export const desk: Desk = {
  to_do: [lines[0]!, lines[1]!, lines[2]!], unfinished: [], home: [], waiting: [lines[4]!, lines[3]!], due_soon: [lines[1]!, lines[3]!],
  today: [{ title: '今日收件', count: 12 }, { title: '今日办结', count: 5 }, { title: '待我办', count: 3 }, { title: '待传', count: 0 }, { title: '挂单', count: 2 }],
  recent: [matters[4]!, matters[0]!, matters[2]!], notices: ['今天 18:00 后服务器停机维护约 20 分钟，期间可以收件。'],
}
export const codes: CodeTable[] = [
  { id: 'sex', title: '性别', source: 'GB/T 2261.1', rows: [{ code: '1', name: '男', initials: 'N' }, { code: '2', name: '女', initials: 'N' }] },
  { id: 'ethnic-group', title: '民族', source: 'GB/T 3304', rows: [{ code: '01', name: '汉族', initials: 'HZ' }, { code: '02', name: '蒙古族', initials: 'MGZ' }, { code: '05', name: '维吾尔族', initials: 'WWEZ' }] },
  { id: 'relation-to-head', title: '与户主关系', source: 'GB/T 4761', rows: [{ code: '02', name: '户主', initials: 'HZ' }, { code: '20', name: '子', initials: 'Z' }, { code: '30', name: '女', initials: 'N' }] },
]
export const identity: Identity = {
  document: 'resident_card', number: '999901198503120020', name: '欧阳㛃', sex: '2', ethnic_group: '01', birth_date: '1985-03-12', address: '江城市演示区城关街道示范路 8 号 2 幢 301 室',
  issuing_office: '江城市公安局演示分局', valid_from: '2016-04-01', valid_until: '2026-04-01', portrait: null,
}

const field = (path: string, label: string, kind: FieldView['kind'], more: Partial<FieldView> = {}): FieldView => ({
  path, label, kind, codes: null, width: 4, non_standard: false, searched: false, historic: false, required: true, value: '', words: more.value ?? '', source: more.value ? 'typed' : null, at: more.value ? NOW - HOUR : null,
  previous: null, previous_words: null, register: null, register_words: null, locked: false, assigned: kind === 'assigned', fault: null, ...more,
})
const member = (row: number, name: string, number: string, relation: string): FieldView[] => [
  field(`members.${row}.name`, '姓名', 'name', { value: name }), field(`members.${row}.number`, '公民身份号码', 'id_number', { value: number }),
  field(`members.${row}.relation`, '与户主关系', 'code', { codes: 'relation-to-head', value: relation, words: { '02': '户主', '30': '女' }[relation] ?? '' }),
]
const card = { source: 'card' as const, locked: true }
const library = { source: 'register' as const, locked: true }
export const birth = (): CaseView => ({
  late_fields: [], line: lines[0]!, matter_name: '出生登记（有出生医学证明，随母入户）', guide, editable: true,
  questions: [
    { id: 'applicant_is', text: '由谁来申报？', answers: [{ id: 'mother', text: '母亲' }, { id: 'father', text: '父亲' }, { id: 'guardian', text: '其他监护人' }], answer: 'mother' },
    { id: 'in_wedlock', text: '孩子是婚内生育吗？', answers: [{ id: 'yes', text: '婚内' }, { id: 'no', text: '非婚' }], answer: null },
  ],
  sections: [
    { id: 'applicant', title: '申请人', person: 'applicant', table: false, lacking: 1, takes_cards: false, next_row: [], rows: [[
      field('applicant.name', '姓名', 'name', { value: '欧阳㛃', ...card }), field('applicant.number', '公民身份号码', 'id_number', { value: '999901198503120020', ...card }),
      field('applicant.phone', '联系电话', 'phone', { value: '1390000', fault: 'not_a_phone' }),
    ]] },
    { id: 'mother', title: '母亲', person: 'mother', table: false, lacking: 0, takes_cards: false, next_row: [], rows: [[
      field('mother.number', '公民身份号码', 'id_number', { value: '999901198503120020' }), field('mother.name', '姓名', 'name', { value: '欧阳㛃', ...library }),
      field('mother.ethnic_group', '民族', 'code', { codes: 'ethnic-group', value: '02', words: '蒙古族', register: '01', register_words: '汉族', previous: '01' }), field('mother.birth_date', '出生日期', 'date', { value: '1985-03-12', ...library }),
    ]] },
    { id: 'newborn', title: '新生儿', person: null, table: false, lacking: 4, takes_cards: false, next_row: [], rows: [[
      field('newborn.certificate', '出生证编号', 'text'), field('newborn.name', '姓名', 'name', { value: '张𠮷' }), field('newborn.sex', '性别', 'code', { codes: 'sex', width: 2 }),
      field('newborn.ethnic_group', '民族', 'code', { codes: 'ethnic-group', width: 2 }), field('newborn.birth_date', '出生日期', 'date'),
      field('newborn.birth_place', '出生地', 'address', { width: 8 }), field('newborn.citizen_number', '公民身份号码', 'assigned'),
    ]] },
    { id: 'members', title: '全户成员', person: null, table: true, lacking: 1, takes_cards: false, rows: [0, 1].map((row) => member(row, row ? '欧阳㛃' : '欧阳演示', row ? '999901198503120020' : '', row ? '30' : '02')), next_row: member(2, '', '', '') },
  ],
  materials: [
    { id: 'mother_booklet', name: '婴儿母亲《居民户口簿》', plain: '孩子母亲的户口簿', rule: 'required', group: '', met: true, open: true, tolerated: false, asked_again: false, inspect: '', because: '', pages: [{ id: 'p1', blob: '00', attestation: 'virtual', kept: '', here: true }, { id: 'p2', blob: '01', attestation: 'virtual', kept: '', here: true }], check: { id: 'mother_household', title: '母亲所在户', state: 'agrees', at: NOW - 60_000, query_id: 'q', must_agree: true, askable: true } },
    { id: 'birth_certificate', name: '婴儿《出生医学证明》', plain: '出生医学证明', rule: 'required', group: '', met: false, open: true, tolerated: false, asked_again: false, inspect: '', because: '', pages: [], check: { id: 'birth_certificate', title: '出生医学证明核验', state: 'not_checked', at: null, query_id: '', must_agree: true, askable: false } },
  ],
  signers: [
    { slot: 'applicant', label: '申请人', person: 'applicant', name: '欧阳㛃', identified: true, state: 'released', strokes: null },
    { slot: 'father', label: '父亲（父母民族不同，须到场）', person: 'father', name: '张演示', identified: false, state: 'missing', strokes: null },
  ],
  fingerprints: null, evaluation: { possible: false, asked: false, given: false },
  identities: [{ person: 'applicant', identity, attestation: 'virtual', device: 'card' }],
  lookups: [
    { id: 'mother', title: '母亲户籍', state: 'differs', at: NOW - 60_000, query_id: 'q1', must_agree: true, askable: true },
    { id: 'mother_household', title: '母亲所在户', state: 'agrees', at: NOW - 60_000, query_id: 'q2', must_agree: true, askable: true },
    { id: 'birth_certificate', title: '出生医学证明核验', state: 'not_checked', at: null, query_id: '', must_agree: true, askable: false },
  ],
  missing: [
    { kind: 'answer', question: 'in_wedlock', text: '孩子是婚内生育吗？' }, { kind: 'field_wrong', field: 'applicant.phone', label: '联系电话', fault: 'not_a_phone' },
    { kind: 'field', field: 'newborn.certificate', label: '出生证编号' }, { kind: 'material', material: 'birth_certificate', name: '婴儿《出生医学证明》' },
    { kind: 'rule', rule: 'ethnic', text: '孩子的民族既不随母也不随父，请按父母确定的民族改正。', severity: 'warn' }, { kind: 'check', lookup: 'mother', title: '母亲户籍', state: 'differs' },
    { kind: 'identity', slot: 'father', label: '父亲' }, { kind: 'signature', slot: 'father', label: '父亲' },
  ],
  prints: [{ document: 'one-time-notice', title: '一次性告知单', at: 'intake', printable: true, reprint: false, blank: false, printed: [] }],
  actions: [{ action: 'submit', label: '提交（还差：孩子是婚内生育吗？、联系电话有误、出生证编号等 8 项）', enabled: false, why_not: '还差' }],
  newer: null,
  course: { tolerance: null, supplement: null, suspension: null, rectification: '', holder: '', delegations: [], choices: [] },
  submission: null, step: null, returned: null, refused: null, refusal_word: '不予办理', register_refused: null, effect: null, outcome: null, trail: [], troubles: [],
  draft: { values: [['newborn.name', '张𠮷']], field: 'newborn.name', cursor: 3 },
})
export const submitted = (): CaseView => ({
  ...birth(), editable: false, missing: [], draft: null, line: { ...lines[0]!, number: '99990100120260000126', state: '待民警审核', next: '户籍民警', unsent: 1 },
  submission: { mode: 'accepted', number: '99990100120260000126', intake_number: '', query_password: '482913', due: '2026-02-14' }, actions: [],
  prints: [{ document: 'receipt', title: '受理回执', at: 'accepted', printable: true, reprint: false, blank: false, printed: [] }, { document: 'application', title: '出生登记申报表', at: 'intake', printable: true, reprint: true, blank: false, printed: [{ at: NOW, printer: '打印机', reason: '', blank: '', pdf: '00' }] }],
})
/** Half done at the register. */
export const unfinished = (): CaseView => ({
  ...submitted(), line: { ...lines[0]!, number: '99990100120260000126', state: '常口只办了一部分，待续办', next: '民警', unfinished: true }, step: 'effect',
  actions: [{ action: 'effect', label: '常口续办', enabled: true, why_not: '' }],
  effect: {
    state: 'partial', words: '常口只办了一部分，待续办', done: ['人员和户的登记'], pending: ['户口簿编号', '变动记录', '业务回执'], reason: '编号库占用，回执和编号没有生成',
    since: NOW - HOUR, asked: NOW - HOUR / 4, told: '', cure: '已办的部分不能撤回。问清原因以后按 F1 续办；一直不成功请联系常口管理部门。', who: '民警',
  },
})
