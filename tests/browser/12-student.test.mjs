import { answer, begin, checked, fill, inside, login, openFromDesk, pass, printBlank, review, scan, sign, submit, uploaded } from './counter.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'

const it = story('student')
const people = demoPeople()
const student = people.han_proof
let counter, applicant, office

it.step('大中专学生迁出: the situations ask, the papers follow, each says why', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  applicant = await it.open('applicant', it.station.applicant('柜台一'), { width: 1280, height: 800 })
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await begin(counter, it.station, student, '升学迁出')
  await answer(counter, '什么时候迁', '刚录取')
  await answer(counter, '要迁到哪里', '省外')
  await fill(counter, '离户的人', [['公民身份号码', student.number]])
  await checked(counter, '离户人户籍')
  await answer(counter, '离开的是户主', '没有其他人')
  await fill(counter, '申请人', [['联系电话', '19900000008']])
  await fill(counter, '迁往地', [['迁往地址', '远川省白石市学府路1号白石大学集体户'], ['凭证编号', '2026-0815']])
  await counter.key('Alt+m')
  await checked(counter, '所在户')
  await counter.picture('student-form')
  for (const material of ['申请人《居民户口簿》', '录取通知书']) await scan(counter, material)
  await sign(counter, applicant, '申请人')
  await submit(counter)
  await counter.region('提交结果').getByText(/待民警审核/).waitFor()
  await counter.key('Enter')
})

it.step('the officer passes it, the register moves the student out, the certificate is printed', async () => {
  office = await it.open('office', it.station.officer('所长室'))
  await login(office, 'J0001')
  await inside(office, '户籍民警').waitFor()
  await review(office, '韩', '升学迁出')
  await pass(office, '韩')
  await openFromDesk(office, '韩', '升学迁出')
  await office.ready(/^人员迁出.*F1$/)
  await office.key('F1')
  await office.sees('交常口落实以后不能收回')
  await office.key('F1')
  await office.sees('这一步签发的文书还没有打印出来')
  await office.page.getByText(/^QY\d{10,}/).first().waitFor()
  await office.key('F11')
  await printBlank(office, '户口迁移证', '皖迁00000017')
  await office.picture('student-certificate')
})

it.step('the day sheet has the blank with its serial, on the screen and on paper', async () => {
  await office.key('F2')
  await office.region('我的办件').waitFor()
  await office.key('F12')
  const sheet = office.region('日清单').first()
  await sheet.getByRole('row', { name: /户口迁移证 1 皖迁00000017 无/ }).waitFor()
  await office.picture('day-sheet-blanks')
  await office.key('F12')
  await office.ready(/^打印 \d+ 页/)
  await office.page.getByRole('img', { name: /日清单 第 1 页/ }).waitFor()
  await office.picture('day-sheet-blanks-paper')
})
