/* Demo data: region 999901 belongs to no real division, the persons are invented. */
import type { CodeTable, FormSection } from '@/form/types'
import type { RareCharacterFile } from '@/form/rareCharacters'
import type { WorkColumn, WorkGroup, WorkRow } from '@/table/types'

export const nations: CodeTable = {
  id: 'nation', title: '民族',
  entries: [
    ['01', '汉族', 'hz', 'hanzu'], ['02', '蒙古族', 'mgz', 'mengguzu'], ['03', '回族', 'hz', 'huizu'], ['04', '藏族', 'zz', 'zangzu'],
    ['05', '维吾尔族', 'wwez', 'weiwuerzu'], ['06', '苗族', 'mz', 'miaozu'], ['07', '彝族', 'yz', 'yizu'], ['08', '壮族', 'zz', 'zhuangzu'],
    ['09', '布依族', 'byz', 'buyizu'], ['10', '朝鲜族', 'cxz', 'chaoxianzu'], ['11', '满族', 'mz', 'manzu'], ['12', '侗族', 'dz', 'dongzu'],
    ['13', '瑶族', 'yz', 'yaozu'], ['14', '白族', 'bz', 'baizu'],
  ].map(([code, text, initials, pinyin]) => ({ code: code!, text: text!, initials: initials!, pinyin: pinyin! })),
}
export const sexes: CodeTable = {
  id: 'sex', title: '性别',
  entries: [{ code: '1', text: '男', initials: 'n', pinyin: 'nan' }, { code: '2', text: '女', initials: 'n', pinyin: 'nv' }],
}
export const relations: CodeTable = {
  id: 'relation', title: '与户主关系',
  entries: [
    { code: '02', text: '户主', initials: 'hz' }, { code: '10', text: '配偶', initials: 'po' }, { code: '20', text: '子', initials: 'z' },
    { code: '30', text: '女', initials: 'n' }, { code: '51', text: '父亲', initials: 'fq' }, { code: '52', text: '母亲', initials: 'mq' },
  ],
}
const tables: Record<string, CodeTable> = { nation: nations, sex: sexes, relation: relations }
export const codes = (id: string) => tables[id]

export const rare: RareCharacterFile = {
  version: 'catalogue',
  characters: [
    { char: '𠮷', pinyin: ['ji'], strokes: 6, order: '121251', parts: '土口' },
    { char: '㛃', pinyin: ['jie'], strokes: 9, parts: '女圭' },
    { char: '𬭚', pinyin: ['chun'], strokes: 12, parts: '钅享' },
    { char: '𬍛', pinyin: ['cong', 'ji'], strokes: 10, parts: '王' },
    { char: '喆', pinyin: ['zhe'], strokes: 12, order: '121251121251', parts: '吉吉' },
    { char: '堃', pinyin: ['kun'], strokes: 11, parts: '方方土' },
    { char: '赟', pinyin: ['yun'], strokes: 16, parts: '斌贝' },
    { char: '昇', pinyin: ['sheng'], strokes: 8, parts: '日升' },
  ],
}

export const sections: FormSection[] = [
  {
    id: 'applicant', title: '申请人', state: 'done', stateWords: '读卡',
    fields: [
      { id: 'applicant.name', label: '姓名', type: 'name', value: '阿依古丽·买买提', required: true, source: 'card', sourceAt: '2026-01-31 09:12', locked: '来自身份证，不可改' },
      { id: 'applicant.id_number', label: '公民身份号码', type: 'id_number', value: '999901198503120020', required: true, source: 'card', sourceAt: '2026-01-31 09:12', locked: '来自身份证，不可改' },
      { id: 'applicant.relation', label: '与新生儿关系', type: 'code', codeTable: 'relation', value: '52', required: true, source: 'typed', sourceAt: '2026-01-31 09:13' },
      { id: 'applicant.phone', label: '联系电话', type: 'phone', value: '1390000', required: true, source: 'case', sourceAt: '2025-06-02 15:40', previous: [{ value: '13900000001', source: 'case', at: '2024-03-11 10:02', by: '李窗' }] },
      { id: 'applicant.address', label: '现住址', type: 'address', value: '江城市演示区城关街道示范路 8 号 2 幢 301 室', source: 'register', sourceAt: '2026-01-31 09:12' },
    ],
  },
  {
    id: 'newborn', title: '新生儿', state: 'stop', stateWords: '1 项与登记不一致，还差 2 项',
    fields: [
      { id: 'newborn.name', label: '姓名', type: 'name', value: '张𠮷', required: true, source: 'typed', sourceAt: '2026-01-31 09:14' },
      { id: 'newborn.sex', label: '性别', type: 'code', codeTable: 'sex', value: '1', required: true, width: 2 },
      { id: 'newborn.birth', label: '出生日期', type: 'date', value: '2026-01-15', required: true, source: 'register', sourceAt: '2026-01-31 09:14' },
      { id: 'newborn.nation', label: '民族', type: 'code', codeTable: 'nation', value: '01', required: true, source: 'typed', sourceAt: '2026-01-31 09:15', registerValue: '05', mark: '已变' },
      { id: 'newborn.id_number', label: '公民身份号码', type: 'assigned', value: '', width: 4 },
      { id: 'newborn.birth_id', label: '出生医学证明编号', type: 'text', value: '', required: true, hint: '首字母加 9 位数字', error: '出生医学证明编号没有填，请照证明右上角填写' },
      { id: 'newborn.weight', label: '出生体重', type: 'number', value: '3250', unit: '克', width: 3 },
      { id: 'newborn.father_id', label: '父亲身份号码', type: 'id_number', value: '999901198307041', required: true, mark: '新增' },
      { id: 'newborn.mother_id', label: '母亲身份号码', type: 'id_number', value: '999901198503120020', required: true, source: 'card', sourceAt: '2026-01-31 09:12' },
      { id: 'newborn.place', label: '出生地', type: 'address', value: '', hint: '输入街路名或小区名' },
      { id: 'newborn.note', label: '备注', type: 'long_text', value: '父母民族不一致，父母均到场。', maxLength: 200, warning: '请核对民族选择协议书' },
    ],
  },
  {
    id: 'household', title: '户', state: 'open', stateWords: '还差 1 项',
    fields: [
      { id: 'household.number', label: '户号', type: 'assigned', value: '' },
      { id: 'household.kind', label: '户别', type: 'text', value: '家庭户', source: 'register', sourceAt: '2026-01-31 09:12', locked: true },
    ],
    tables: [{
      id: 'members', label: '家庭成员', addLabel: '添加成员', columns: [
        { label: '姓名', required: true }, { label: '公民身份号码', width: '30%' }, { label: '与户主关系', required: true }, { label: '出生日期' },
      ],
      rows: [
        ['1', '买买提·阿不都', '999901195602200030', '02', '1956-02-20', true], ['2', '阿依古丽·买买提', '999901198503120020', '30', '1985-03-12', true], ['3', '张𠮷', '', '', '2026-01-15', false],
      ].map(([id, name, number, relation, birth, fixed]) => ({
        id: id as string, fixed: fixed as boolean, fields: [
          { id: `members.${String(id)}.name`, label: '姓名', type: 'name' as const, value: name as string, ...(fixed ? { locked: true, source: 'register' as const } : {}) },
          { id: `members.${String(id)}.number`, label: '公民身份号码', type: number ? 'id_number' as const : 'assigned' as const, value: number as string, ...(fixed ? { locked: true } : {}) },
          { id: `members.${String(id)}.relation`, label: '与户主关系', type: 'code' as const, codeTable: 'relation', value: relation as string, ...(fixed ? {} : { error: '与户主关系没有填' }) },
          { id: `members.${String(id)}.birth`, label: '出生日期', type: 'date' as const, value: birth as string, ...(fixed ? { locked: true } : {}) },
        ],
      })),
    }],
  },
]

export const deskColumns: WorkColumn[] = [
  { key: 'number', title: '受理号', width: '9.5em' }, { key: 'person', title: '姓名', kind: 'name', width: '12em' },
  { key: 'id', title: '公民身份号码', kind: 'id_number', width: '13em', spare: true }, { key: 'matter', title: '事项' },
  { key: 'state', title: '状态', kind: 'state', width: '11em' }, { key: 'age', title: '已过', kind: 'number', width: '6em' }, { key: 'next', title: '下一步', width: '9em', spare: true },
]
const row = (id: string, person: string, number: string, matter: string, state: string, age: string, next: string, tone: WorkRow['tone']): WorkRow =>
  ({ id, ...(tone ? { tone } : {}), cells: { number: `CG26-${id.padStart(6, '0')}`, person, id: number, matter, state, age, next } })
export const deskGroups: WorkGroup[] = [
  { id: 'todo', title: '待我办', rows: [
    row('118', '阿依古丽·买买提', '999901198503120020', '出生登记 · 随母入户', '待受理', '12 分', '补扫出生医学证明', 'plain'),
    row('117', '张𠮷', '999901199001010010', '首次申领居民身份证', '待审核', '1 小时', '审核', 'plain'),
    row('109', '欧阳震华', '999901195602200030', '死亡注销', '退回修改', '1 天', '改注销原因', 'stop'),
  ] },
  { id: 'waiting', title: '等别人', rows: [row('101', '王示范', '999901198307041018', '夫妻投靠', '分局审批', '3 天', '等分局', 'plain'), row('98', '李演示', '999901199001010010', '换领居民身份证', '已上传', '4 天', '等制证', 'done')] },
  { id: 'due', title: '快到期', tone: 'due', rows: [row('77', '赵样例', '999901198307041018', '姓名变更', '容缺待补', '9 天', '催补材料', 'due')] },
]
export const manyGroups: WorkGroup[] = [{
  id: 'all', title: '', rows: Array.from({ length: 3000 }, (_, at) =>
    row(String(9000 - at), ['张𠮷', '王示范', '李演示', '赵样例'][at % 4]!, '999901199001010010', ['户口迁移', '补领居民身份证', '出生登记'][at % 3]!, '已办结', `${at + 1} 天`, '', 'done')),
}]
