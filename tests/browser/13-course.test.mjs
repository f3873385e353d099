import assert from 'node:assert/strict'
import { answer, begin, checked, fill, inside, login, openFromDesk, pass, review, scan, sign, submit, uploaded, relogin } from './counter.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'

const it = story('course')
const people = demoPeople()
const person = people.gulnar_long_name
const NAME = '古丽娜尔'
const MATTER = '其他项目变更'
let counter, applicant, office

/** A day from today, as the field takes it. */
const day = (from) => new Date(Date.now() + 8 * 3600e3 + from * 24 * 3600e3).toISOString().slice(0, 10)
const steer = (window) => window.region('更多办理')

it.step('容缺受理: what the definition lets come later is promised for a day, and signed', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  applicant = await it.open('applicant', it.station.applicant('柜台一'), { width: 1280, height: 800 })
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await begin(counter, it.station, person, MATTER)
  await answer(counter, '谁来申请', '变更人本人')
  await fill(counter, '申请人', [['联系电话', '19900000009']])
  await fill(counter, '变更人', [['公民身份号码', person.number]])
  await checked(counter, '变更人户籍')
  await fill(counter, '变更内容', [['变更理由', '换了工作单位']])
  await counter.key('Tab')
  await fill(counter, '变更内容', [['服务处所', '江城市第一中学']])
  await counter.key('Alt+m')
  for (const material of ['《居民户口簿》', '《居民身份证》', '变更人书面承诺书']) await scan(counter, material)
  await counter.key('Alt+g')
  await steer(counter).getByRole('button', { name: '容缺受理' }).waitFor()
  await counter.picture('steer-choices')
  await counter.key('1')
  const later = steer(counter).getByRole('checkbox', { name: '说明材料' })
  await later.check()
  await steer(counter).getByRole('textbox', { name: '到哪一天为止' }).fill('2020-01-01')
  await counter.key('Control+Enter')
  await steer(counter).getByRole('alert').getByText('日期要在').waitFor()
  await steer(counter).getByRole('textbox', { name: '到哪一天为止' }).fill(day(5))
  await counter.picture('steer-promise')
  await counter.key('Control+Enter')
  await counter.region('材料和签名').getByText('容缺，可后补').waitFor()
  await sign(counter, applicant, '申请人')
  await counter.picture('intake-promised')
  await submit(counter)
  await counter.region('提交结果').getByText(/待民警审核/).waitFor()
  await uploaded(counter)
  await counter.key('Enter')
})

it.step('the officer passes it; without the promised paper nothing is handed to the register', async () => {
  office = await it.open('office', it.station.officer('所长室'))
  await login(office, 'J0001')
  await inside(office, '户籍民警').waitFor()
  await review(office, NAME, MATTER)
  await pass(office, NAME)
  await openFromDesk(office, NAME, MATTER)
  await office.sees(/还差：.*说明材料/)
  await office.picture('case-outstanding')
  assert.equal(await office.page.getByRole('button', { name: /^业务落实/ }).isEnabled(), false)
  await uploaded(office)
})

it.step('six days later it stands as overdue on the desk; the officer ends it with a reason, and never by itself', async () => {
  await it.station.pullNetwork()
  await it.station.plugNetwork({ days: 6 })
  // The shift of six days ago is over: its key signs nothing any more.
  await relogin(office, 'J0001', '户籍民警')
  await office.key('F2')
  await office.page.getByText('容缺逾期').first().waitFor()
  await office.picture('desk-overdue')
  await openFromDesk(office, NAME, MATTER)
  await office.sees('容缺逾期：')
  await office.key('Alt+g')
  await steer(office).getByRole('button', { name: '终止办理' }).click()
  await steer(office).getByLabel('原因').selectOption({ label: '01 承诺补交的材料逾期未交' })
  await office.picture('steer-terminate')
  await office.key('Control+Enter')
  await office.sees('已终止')
  await office.picture('case-terminated')
})
