import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beginAtDesk, identify, inside, login } from './counter.mjs'
import { fitsIn } from './sizes.mjs'
import { story } from './story.mjs'
import { until } from './window.mjs'

const it = story('screens')
const rare = '𠮷𬭚㛃'
let counter

const fits = (screen, main, atOnce) => fitsIn(counter, screen, main, atOnce)

it.step('a name of rare characters stands in form, list and search', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  await fits('login', '登录 Enter')
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await beginAtDesk(counter, '户籍证明')
  await counter.button('录入 Alt+U').waitFor()
  await counter.key('Alt+u')
  await identify(counter, '申请人', { number: '999901199612309222', name: rare })
  await counter.page.getByRole('heading', { level: 1, name: rare }).waitFor()
  await counter.key('F8')
  await counter.region('我的办件').getByRole('gridcell', { name: rare, exact: true }).waitFor()
  for (const part of ['𬭚', '𠮷𬭚㛃']) {
    await counter.key('F7')
    await until('the lit tab', async () => await counter.button('查询 F7').getAttribute('aria-current') === 'page')
    await counter.region('查询办件').getByRole('textbox').fill(part)
    await counter.region('查询办件').getByRole('gridcell', { name: rare, exact: true }).waitFor()
    await counter.picture('search-rare')
    await counter.key('F2')
  }
})

it.step('one key writes the diagnostic bundle, without a person in it', async () => {
  await counter.key('Alt+b')
  await counter.ready('写诊断包 F8')
  await counter.key('F8')
  const told = counter.page.getByRole('status').filter({ hasText: '诊断包已写好' })
  await told.waitFor()
  const folder = /diagnostic-[\d-]+/.exec(await told.innerText())[0]
  const files = readdirSync(it.station.state, { recursive: true, withFileTypes: true }).filter((one) => one.isFile() && one.parentPath.endsWith(folder))
  assert.ok(files.some((one) => one.name === 'summary.json'), folder)
  for (const one of files) {
    const text = readFileSync(join(one.parentPath, one.name), 'utf8')
    for (const words of [rare, '999901199612309222', '林桐']) assert.ok(!text.includes(words), `${words} in ${one.name}`)
  }
})

it.step('the key map opens with one key and closes with another', async () => {
  await counter.key('F2')
  await counter.region('我的办件').waitFor()
  await counter.key('?')
  await counter.page.getByRole('dialog').getByText('锁屏').first().waitFor()
  await counter.picture('key-map')
  await counter.key('Escape')
})

for (const [screen, keys, main] of [
  ['desk', ['F2'], '全部事项 F3'], ['matters', ['F3'], '开始受理 Enter'], ['cases', ['F4'], '锁屏 Alt+L'], ['review', ['F5'], '锁屏 Alt+L'],
  ['search', ['F7'], '锁屏 Alt+L'], ['devices', ['Alt+b'], '重新检测 F12'], ['sync', ['Alt+y'], '现在重试 F12'], ['settings', ['Alt+s'], '写诊断包 Alt+D'], ['parked', ['F9'], '锁屏 Alt+L'],
]) {
  it.step(`${screen} fits at every size and at 200 %`, async () => {
    await counter.key(...keys)
    await fits(screen, main)
  })
}

it.step('intake, scanner, papers and the case fit at every size and at 200 %', async () => {
  await beginAtDesk(counter, '出生登记随母入户')
  await fits('intake', /^提交/, true)
  await counter.key('F10')
  await fits('scan', '扫描 F10', true)
  await counter.key('Escape')
  await counter.region('材料和签名').waitFor()
  await counter.key('F11')
  await fits('print', /^打印 \d+ 页/, true)
  await counter.key('Escape')
})
