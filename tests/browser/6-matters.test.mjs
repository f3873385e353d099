import assert from 'node:assert/strict'
import {
  answer, autograph, begin, checked, field, fill, group, holds, identify, inside, login, openFromDesk, pass, print,
  relogin, review, scan, sign, submit, uploaded,
} from './counter.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'

const it = story('matters')
const people = demoPeople()
let counter, applicant, office

/** Writes the relation of each person to the new head into the table that the register filled. */
async function relate(title, relations) {
  for (const [person, code] of relations) {
    const row = group(counter, title).getByRole('row').filter({ hasText: person.name })
    await row.getByRole('combobox', { name: /与新户主关系$/ }).click()
    await counter.type(code)
    await counter.key('Enter')
  }
  await counter.key('Alt+m')
}

/** Submits, with everything that was asked for; the case lies with `state` afterwards. */
async function finish(materials, signers, state) {
  for (const material of materials) await scan(counter, material)
  for (const label of signers) await sign(counter, applicant, label)
  await submit(counter)
  await counter.region('提交结果').getByText(state).waitFor()
  await counter.key('Enter')
}

it.step('户主变更: the register brings the members; each gets a relation to the new head', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  applicant = await it.open('applicant', it.station.applicant('柜台一'), { width: 1280, height: 800 })
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await begin(counter, it.station, people.he_old_head, '户主变更')
  await answer(counter, '新户主有完全民事行为能力吗', /^1 有/)
  await fill(counter, '申请人（原户主）', [['联系电话', '19900000003']])
  await fill(counter, '新户主', [['公民身份号码', people.he_new_head.number]])
  await checked(counter, '全户成员')
  const title = /^全户成员/
  await relate(title, [[people.he_old_head, '51'], [people.qin_wife, '52'], [people.he_new_head, '02'], [people.he_granddaughter, '31']])
  await counter.picture('head-change-members')
  await counter.region('到场人员').getByRole('listitem', { name: '新户主' }).getByRole('button', { name: '录入' }).click()
  await identify(counter, '新户主', people.he_new_head)
  await finish(['《居民户口簿》', '原户主《居民身份证》', '原户主确立新户主的书面申请'], ['原户主', '新户主'], /待民警审核/)
})

it.step('死亡登记: a question comes up when the form says that a head died; one of seven proofs is enough', async () => {
  await begin(counter, it.station, people.wu_son, '死亡登记')
  await fill(counter, '申报人', [['与死者关系', '子'], ['联系电话', '19900000005']])
  await fill(counter, '死者', [['公民身份号码', people.wu_dead.number]])
  await holds(field(counter, '死者', '姓名'), people.wu_dead.name)
  await fill(counter, '死者', [['死亡日期', '20261115'], ['死亡原因', '1'], ['死亡证明种类', '居民死亡']])
  await counter.key('Alt+m')
  await fill(counter, '死者', [['死亡医学证明编号', 'D990000001']])
  await counter.key('Alt+m')
  await answer(counter, '死者是户主', '有成年人')
  await counter.picture('death-form')
  await fill(counter, '新户主', [['公民身份号码', people.wu_son.number]])
  await relate(/成员/, [[people.wu_son, '02'], [people.zheng_widow, '52']])
  await counter.picture('death-members')
  await counter.region('到场人员').getByRole('listitem', { name: '新户主' }).getByRole('button', { name: '录入' }).click()
  await identify(counter, '新户主', people.wu_son)
  await finish(['死亡公民《居民户口簿》、《居民身份证》', '《居民死亡医学证明（推断）书》'], ['申报人'], /待民警审核/)
})

it.step('the death is passed; the register ends the entry of the dead man', async () => {
  office = await it.open('office', it.station.officer('所长室'))
  await login(office, 'J0001')
  await inside(office, '户籍民警').waitFor()
  await review(office, people.wu_dead.name[0], '死亡登记')
  await office.picture('death-review')
  await pass(office, people.wu_dead.name[0])
  await uploaded(office)
  await relogin(counter, 'J0003', '户籍民警')
  await openFromDesk(counter, people.wu_dead.name[0], '死亡登记')
  await counter.ready(/F1$/)
  await counter.key('F1')
  await counter.sees('交常口落实以后不能收回')
  await counter.key('F1')
  await counter.ready('领取登记 F1')
  await counter.picture('death-effected')
})

it.step('its paper is given out against a signature; the household goes on under its new head', async () => {
  await counter.key('F11')
  await print(counter, '死亡登记结果单')
  await counter.picture('paper-death')
  await counter.key('Escape')
  await counter.ready('领取登记 F1')
  await counter.key('F1')
  await counter.page.getByRole('heading', { name: '领取登记' }).waitFor()
  await counter.key('Alt+a')
  await holds(field(counter, '领取人', '姓名'), people.wu_son.name)
  await counter.key('F10')
  await autograph(applicant)
  await counter.region('领取人签名').getByText('已签名').waitFor()
  await counter.key('F12')
  await counter.sees('已办结')
  await uploaded(counter)
  await counter.key('F2')
  await begin(counter, it.station, people.zheng_widow, '户主变更')
  await answer(counter, '新户主有完全民事行为能力吗', /^1 有/)
  await checked(counter, '全户成员')
  const members = group(counter, /^全户成员/)
  await members.getByRole('row').filter({ hasText: people.wu_son.name }).first().waitFor()
  assert.equal(await members.getByRole('row').filter({ hasText: people.wu_dead.name }).count(), 0, 'the dead man left the household')
  await holds(field(counter, /^申请人/, '与户主关系'), /52|母/)
  await counter.picture('death-household-after')
  await relogin(counter, 'F0001', '辅警')
})

it.step('户籍证明: what the register says is printed at the same counter', async () => {
  await begin(counter, it.station, people.han_proof, '户籍证明')
  await answer(counter, '户口簿或者身份证上已经写着吗', '没有写')
  await fill(counter, '用途', [['用途', '办理公证'], ['用证单位', '江城市城关区公证处']])
  await fill(counter, '申请人', [['联系电话', '19900000008']])
  await group(counter, '证明内容（由常口给出）').getByText('待赋号').waitFor()
  await checked(counter, '申请人户籍')
  await sign(counter, applicant, '申请人')
  await submit(counter)
  await counter.picture('proof-submitted')
  await counter.key('F4')
  await counter.ready(/F1$/)
  await counter.key('F1')
  await counter.sees('交常口落实以后不能收回')
  await counter.key('F1')
  await counter.ready('领取登记 F1')
  await counter.region('证明内容（由常口给出）').getByText(people.han_proof.name).first().waitFor()
  await counter.picture('proof-effected')
  await counter.key('F11')
  await print(counter, '户籍证明')
  await counter.picture('paper-户籍证明')
})

it.step('其他项目变更: a place is found as it is typed, by initials and name; one of long ago says what became of it', async () => {
  await counter.key('F2')
  await counter.key('F3')
  await counter.page.getByRole('combobox', { name: '事项' }).fill('其他项目变更')
  await counter.page.getByRole('option', { name: '其他项目变更', selected: true }).waitFor()
  await counter.key('Enter')
  await counter.page.getByRole('form').waitFor()
  const place = field(counter, '变更内容', '籍贯')
  await place.click()
  await counter.type('yaq 安徽')
  await counter.page.getByRole('option', { name: /340706.*安徽省铜陵市义安区/, selected: true }).waitFor()
  await place.fill('')
  await counter.type('tlx 铜陵')
  await counter.page.getByRole('option', { name: /340721.*铜陵县.*已于2015年停用/, selected: true }).waitFor()
  await counter.picture('place-historic')
  await counter.key('Enter')
  const words = '安徽省铜陵市铜陵县（已于2015年停用）'
  await holds(place, words)
  await counter.key('Alt+m')
  await holds(place, words)
  // By its code alone it is taken when the field is left.
  const born = field(counter, '变更内容', /^出生地省市县/)
  await born.click()
  await counter.type('110118')
  await counter.page.getByRole('option', { name: /110118/ }).waitFor()
  await counter.key('Escape')
  await counter.key('Tab')
  await holds(born, '北京市密云区')
  await counter.picture('place-filled')
})
