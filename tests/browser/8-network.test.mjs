import assert from 'node:assert/strict'
import { answer, begin, inside, login, omitFingers, print, sign, toPaper, uploaded } from './counter.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'

const it = story('network')
const people = demoPeople()
let counter, applicant

it.step('with the network pulled, every screen says what goes on and what does not', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  applicant = await it.open('applicant', it.station.applicant('柜台一'), { width: 1280, height: 800 })
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  // Numbers for the time without a network come with the first rounds of the line.
  await counter.key('Alt+y')
  await counter.region('号段').getByText(/[1-9]\d* 个/).first().waitFor()
  await uploaded(counter)
  await it.station.pullNetwork()
  await counter.key('F12')
  await counter.page.getByRole('contentinfo').getByRole('button', { name: /同步：.*网络断开/ }).waitFor()
  await counter.picture('offline-sync')
  await counter.key('F2')
  await begin(counter, it.station, people.feng_expired, '身份证期满换领')
  await counter.sees('断网：只能收件，联网后再确认受理')
  const checks = counter.region('核验')
  await checks.getByText('断网时查不到，联网后再查').first().waitFor()
  assert.ok(await checks.getByRole('button', { name: '查询' }).first().isDisabled())
})

it.step('the case is taken in with a 收件凭证; the receipt waits and says why', async () => {
  await answer(counter, '申请人未满十六周岁吗', '已满')
  await counter.type('19900000006')
  await counter.key('Enter', 'Enter')
  await counter.type('46')
  await counter.key('Enter')
  await omitFingers(counter, '本窗口暂无指纹采集设备')
  await sign(counter, applicant, '申请人')
  await counter.picture('offline-intake')
  await counter.ready(/^收件（联网后确认受理） F12/)
  await counter.key('F12')
  const result = counter.region('提交结果')
  await result.getByText('已收件，联网后要确认受理').waitFor()
  await result.getByText(/待传，联网后自动上传/).waitFor()
  await counter.picture('offline-result')
  await toPaper(counter, '收件凭证')
  await print(counter, '收件凭证')
  await counter.page.getByRole('navigation', { name: '文书' }).getByRole('button', { name: '受理回执 受理以后才有' }).waitFor()
  await counter.key('Escape')
})

it.step('the sync page shows what waits and why', async () => {
  await counter.key('Alt+y')
  const waiting = counter.region('等着上传的')
  await waiting.getByRole('row', { name: /身份证期满换领/ }).first().waitFor()
  const rows = await waiting.getByRole('row').allInnerTexts()
  for (const row of rows.slice(1)) assert.match(row, /网络|连不上|服务器|前一步|等/, row)
  await counter.picture('offline-waiting')
})

it.step('plugged in again it arrives by itself, and is accepted with its number', async () => {
  await it.station.plugNetwork()
  await uploaded(counter)
  await counter.sees('没有等着上传的')
  await counter.key('Escape')
  const result = counter.region('提交结果')
  await counter.ready(/^确认受理/)
  await counter.key('F12')
  await result.getByText('✓ 已受理').waitFor()
  await result.getByText(/^\d{24}$/).waitFor()
  await uploaded(counter)
  await counter.picture('online-again')
})
