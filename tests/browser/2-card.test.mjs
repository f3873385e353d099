import assert from 'node:assert/strict'
import { alerted, arrive, begin, beginAtDesk, group, holds, identify, inside, login } from './counter.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'

const it = story('card')
const people = demoPeople()
let counter

it.step('a card on the empty desk opens the arrival page by itself, with a placeholder named as the portrait', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await counter.region('我的办件').getByText('现在没有待办').waitFor()
  await arrive(counter, it.station, people.shen_mother)
  const page = counter.page.getByLabel('来意页')
  await page.getByRole('img', { name: '证件照片，解码需读卡器厂家组件' }).waitFor()
  for (const words of [people.shen_mother.number, '女', '汉族', '1995-09-03', '江城市城关区槐荫路18号2幢301室', '江城市公安局城关分局', '2022-03-08 至 2042-03-08']) {
    await page.getByText(words, { exact: true }).waitFor()
  }
  await counter.picture('arrival')
  // Without a matter nothing stays of the card.
  await counter.key('Escape')
  await counter.region('我的办件').getByText('现在没有待办').waitFor()
  await it.station.card()
})

it.step('an expired card says so and offers the way on', async () => {
  await arrive(counter, it.station, people.feng_expired)
  await counter.sees('证件已于 2026-10-01 到期，可办理期满换领')
  await counter.page.getByLabel('来意页').getByRole('button', { name: '1 身份证期满换领' }).waitFor()
  await counter.picture('arrival-expired')
  await counter.key('Escape')
  await it.station.card()
})

it.step('one digit starts the matter; what the card said is filled in and locked', async () => {
  await begin(counter, it.station, people.feng_expired, '身份证期满换领')
  const applicant = group(counter, '申请人')
  const read = { 姓名: people.feng_expired.name, 性别: '1 男', 民族: '01 汉族', 出生日期: '1979-08-17', 公民身份号码: /^999901\s*19790817\s*919X$/, 住址: '江城市城关区望江路5号4幢1203室', 签发机关: '江城市公安局城关分局', 旧证有效期起: '2006-10-01', 旧证有效期止: '2026-10-01' }
  for (const [label, wanted] of Object.entries(read)) {
    const box = applicant.getByRole('textbox', { name: label, exact: true })
    await holds(box, wanted)
    assert.equal(await box.getAttribute('aria-readonly'), 'true', `${label} is locked`)
  }
  assert.equal(await applicant.getByText('读卡得到，改要说明理由').count(), Object.keys(read).length)
  assert.equal(await applicant.getByRole('button', { name: '来源：读卡得到' }).count(), Object.keys(read).length)
  await counter.region('到场人员').getByRole('listitem', { name: '申请人' }).getByText('已读卡').waitFor()
  await counter.picture('intake-locked')
  await counter.key('F8')
  await counter.sees('已挂单，按 F9 取回')
})

it.step('a card pulled while it is read says so, and one key leads to the matters without it', async () => {
  await it.station.reader({ do: 'fault', fault: { kind: 'pull_after_bytes', after: 300 } })
  counter.refused('arrival', 'idcard.card_pulled')
  await it.station.card('sun_father')
  await alerted(counter, '证件在读完之前被拿开了')
  await counter.page.getByRole('alert').getByRole('button', { name: '手工录入 F8' }).waitFor()
  await counter.picture('card-pulled')
  // The citizen took his card; the officer goes on by hand.
  await counter.key('F8')
  await counter.page.getByRole('combobox', { name: '事项' }).waitFor()
  await counter.key('Escape')
})

it.step('an unplugged reader has its sentence at the reading, and the identity is typed', async () => {
  await it.station.reader({ do: 'unplug' })
  await beginAtDesk(counter, '户籍证明')
  await counter.key('F1')
  await alerted(counter, '没有找到读卡器，本机现在用不了它')
  await counter.picture('reader-unplugged')
  await counter.page.getByRole('alert').getByRole('button', { name: '手工录入' }).click()
  await identify(counter, '申请人', people.han_proof)
  await it.station.reader({ do: 'plug' })
  await counter.picture('identity-typed')
  await counter.key('F8')
  await counter.sees('已挂单，按 F9 取回')
})

it.step('a spoilt answer of the reader has its sentence, and typing the identity goes on', async () => {
  await beginAtDesk(counter, '户籍证明')
  await it.station.card('gulnar_long_name')
  await it.station.reader({ do: 'fault', fault: { kind: 'checksum', times: 1000 } })
  await counter.key('F1')
  await alerted(counter, '读卡器传来的数据校验不符')
  await counter.picture('card-checksum')
  await it.station.reader({ do: 'fault', fault: { kind: 'none' } })
  await counter.key('Alt+u')
  await identify(counter, '申请人', people.gulnar_long_name)
  await it.station.card()
})
