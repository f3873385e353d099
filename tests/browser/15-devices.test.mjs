import { inside, login } from './counter.mjs'
import { fitsIn } from './sizes.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'
import { until } from './window.mjs'

const it = story('devices')
const people = demoPeople()
let counter

const card = (name) => counter.page.locator('article').filter({ has: counter.page.getByRole('heading', { name }) })
const told = (name, words) => until(`${name}: ${words}`, async () => (await card(name).innerText()).includes(words))

it.step('the device page shows each device with its driver; a test reads a card and says nothing of its holder', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await counter.key('Alt+B')
  await counter.page.getByRole('heading', { level: 1, name: '设备' }).waitFor()
  await told(/读卡器/, 'samv-serial')
  await card(/读卡器/).getByRole('button', { name: '测试：读一张证' }).click()
  await told(/读卡器/, '请放一张身份证')
  await counter.picture('devices-testing')
  await it.station.card(people.han_proof.key)
  await told(/读卡器/, '读到了一张居民身份证')
  if ((await card(/读卡器/).innerText()).includes('韩')) throw new Error('the holder is named')
  await it.station.card()
})

it.step('the printer prints its test page, the scanner scans one, both by keyboard', async () => {
  await card(/打印机/).focus()
  await counter.key('Enter')
  await told(/打印机/, '打印测试页已打印')
  await card(/扫描仪/).focus()
  await counter.key('Enter')
  await told(/扫描仪/, '扫到了一页')
  await told(/打印机/, '用了 1 次，故障 0 次')
  await told(/打印机/, '最近使用')
  await until('the test of the day', async () => (await counter.page.getByRole('region', { name: '开机自检' }).innerText()).includes('都正常'))
  await counter.picture('devices-tested')
  await fitsIn(counter, 'devices', '重新检测 F12')
})

it.step('a device is recorded by one key, masked, and the page says where the tape lies', async () => {
  await card(/读卡器/).focus()
  await counter.key('r')
  await told(/读卡器/, '正在录制，个人信息已遮盖')
  await told(/读卡器/, '.tape')
  await counter.picture('devices-recording')
  await until('the reader again', async () => (await card(/读卡器/).innerText()).includes('可以使用'))
  await card(/读卡器/).focus()
  await counter.key('r')
  await until('the end of the recording', async () => !(await card(/读卡器/).innerText()).includes('正在录制'))
})

it.step('a scanner is set by keyboard; what was set holds, says so, and goes back', async () => {
  await card(/扫描仪/).focus()
  await counter.key('s')
  const colour = counter.page.getByLabel('扫描颜色')
  await colour.waitFor()
  await colour.selectOption('灰度')
  await told(/扫描仪/, '未保存')
  await counter.picture('devices-settings')
  await counter.key('Enter')
  await told(/扫描仪/, '已保存，马上生效')
  await told(/扫描仪/, '本窗口改过')
  await card(/扫描仪/).getByRole('button', { name: '恢复' }).click()
  await card(/扫描仪/).getByRole('button', { name: /^保存/ }).click()
  await until('the station’s own', async () => !(await card(/扫描仪/).innerText()).includes('本窗口改过'))
  await colour.focus()
  await counter.key('Escape')
  await until('the panel closed', async () => (await colour.count()) === 0)
  // The page itself stays: Escape closed what was open.
  await counter.page.getByRole('heading', { level: 1, name: '设备' }).waitFor()
  await told(/扫描仪/, '可以使用')
})
