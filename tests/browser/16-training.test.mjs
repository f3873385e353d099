import { beginAtDesk, inside, login } from './counter.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'
import { until } from './window.mjs'

const it = story('training', 'train')
const people = demoPeople()
let counter

const card = (name) => counter.page.locator('article').filter({ has: counter.page.getByRole('heading', { name }) })
const told = (name, words) => until(`${name}: ${words}`, async () => (await card(name).innerText()).includes(words))
const does = (name, words) => card(name).getByRole('button', { name: words }).click()

it.step('a training counter has every virtual device, and says what each can be made to do', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'), { width: 1920, height: 1080 })
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await counter.key('Alt+B')
  await counter.page.getByRole('heading', { level: 1, name: '设备' }).waitFor()
  for (const name of [/读卡器/, /签字板/, /评价器/, /扫码枪/, /叫号器/, /照相机/, /高拍仪/]) await told(name, '可以使用')
  await card(/签字板/).getByText('演练').click()
  await counter.picture('training')
})

it.step('a fault of the pad is rehearsed: pulled, told with its cure, plugged in again', async () => {
  await does(/签字板/, '拔掉插头')
  await told(/签字板/, '未接')
  await told(/签字板/, '怎么办')
  await counter.picture('training-pulled')
  await does(/签字板/, '插上插头')
  await told(/签字板/, '可以使用')
})

it.step('a hand at the virtual devices: a card is laid, a pad signed, a code scanned, a key pressed, a picture taken', async () => {
  const test = async (name, after) => {
    await card(name).getByRole('button', { name: /^测试/ }).click()
    await after?.()
  }
  await test(/签字板/, async () => {
    await told(/签字板/, '请在签字板上')
    await does(/签字板/, '写一个签名')
  })
  await told(/签字板/, '签字板正常')
  await card(/评价器/).getByText('演练').click()
  await test(/评价器/, async () => {
    await told(/评价器/, '请在评价器上')
    await does(/评价器/, '按“非常满意”')
  })
  await told(/评价器/, '收到评价')
  await card(/扫码枪/).getByText('演练').click()
  await test(/扫码枪/, async () => {
    await told(/扫码枪/, '请用扫码枪')
    await does(/扫码枪/, '扫一个受理编号')
  })
  await told(/扫码枪/, '扫码枪正常')
  await test(/照相机/)
  await told(/照相机/, '拍到一张')
  await card(/读卡器/).getByText('演练').click()
  await does(/读卡器/, `放上${people.han_proof.name}的身份证`)
  await counter.picture('training-done')
})

it.step('what a camera sees is shown at its card, until the officer has seen enough', async () => {
  await card(/照相机/).focus()
  await counter.key('v')
  const view = counter.page.getByRole('img', { name: /照相机.*的画面/ })
  const painted = async () => Number(await view.getAttribute('data-painted').catch(() => 0) ?? 0)
  await until('moving pictures', async () => (await painted()) > 20)
  const shade = () => view.evaluate((canvas) => Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).some((one) => one > 200))
  await until('a picture that is not black', shade)
  await counter.picture('training-look')
  await card(/照相机/).focus()
  await counter.key('Escape')
  await told(/照相机/, '画面已停下')
  await view.waitFor({ state: 'detached' })
})

it.step('a code with an unknown number is searched for; one without a number is told', async () => {
  await it.station.rehearse('code_scanner', 'scan')
  await counter.page.getByRole('heading', { name: '查询办件' }).waitFor()
  await until('the number in the search', async () => (await counter.page.getByRole('textbox').first().inputValue()) === '199990111000020260000010')
  await counter.picture('scanned-unknown')
  await counter.key('Alt+B')
  await counter.page.getByRole('heading', { level: 1, name: '设备' }).waitFor()
})

it.step('both sides of a card are taken by the document camera onto one page, the camera seen meanwhile', async () => {
  await card(/高拍仪/).getByText('演练').click()
  await does(/高拍仪/, '拿走')
  await it.station.rehearse('id_card_reader', 'lift')
  await counter.key('F2')
  await counter.key('Escape')
  await beginAtDesk(counter, '出生登记随母入户')
  await counter.key('F10')
  await counter.ready(/^证件正反面/)
  await counter.key('f')
  const view = counter.page.getByRole('img', { name: '高拍仪的画面' })
  await view.waitFor()
  await counter.sees('请把证件正面朝上')
  await counter.picture('scan-card-waits')
  await it.station.rehearse('document_camera', 'card_front')
  await counter.sees('请翻到背面放好')
  await it.station.rehearse('document_camera', 'card_back')
  await counter.sees('证件正反面已合成一页')
  await counter.sees('第 1 页，共 1 页')
  // The page itself: white, with the red emblem of the card's back on it.
  await until('the painted sheet', () => counter.page.getByRole('img', { name: /第 1 页$/ }).first().evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    const red = (at) => data[at] > 140 && data[at + 1] < 90
    return Array.from({ length: data.length / 4 }, (_, at) => at * 4).some(red)
  }))
  await counter.picture('scan-card-sheet')
})

it.step('pages are taken one after the other by the document camera, until it is enough', async () => {
  await it.station.rehearse('document_camera', 'nothing')
  await counter.key('g')
  await counter.sees('拍完了')
  await it.station.rehearse('document_camera', 'page')
  await counter.page.getByRole('status').getByText('第 1 页').waitFor()
  await counter.key('Enter')
  await counter.page.getByRole('status').getByText('✓ 已扫描 1 页').waitFor()
  await counter.sees(/共 2 页/)
  await counter.picture('scan-camera-page')
})

it.step('the queue is called from the desk, and a call that the sign refuses is not said to be called', async () => {
  await counter.key('Escape', 'Escape')
  await counter.key('F2')
  const queue = counter.region('叫号')
  await queue.getByLabel('下一号').fill('A007')
  await counter.key('Alt+n')
  await queue.getByText('已叫').waitFor()
  await queue.getByText('A007').first().waitFor()
  await counter.key('Alt+w')
  await queue.getByText('已叫 2 次').waitFor()
  await counter.key('Alt+p')
  await queue.getByText('已过号').waitFor()
  await it.station.rehearse('queue_caller', 'refuse')
  await counter.key('Alt+n')
  await queue.getByText('没有叫成').waitFor()
  await counter.picture('queue')
  await it.station.rehearse('queue_caller', 'well')
  await counter.key('Alt+n')
  await queue.getByText('A009').first().waitFor()
  await queue.getByRole('button', { name: 'A007' }).waitFor()
})

it.step('fingerprints are taken in their order; an injured finger is told with one key', async () => {
  await it.station.rehearse('id_card_reader', 'lay:feng_expired')
  await counter.page.getByLabel('来意页').getByRole('button', { name: /身份证期满换领/ }).click()
  await counter.page.getByRole('form').waitFor()
  const fingers = counter.region('指纹')
  await fingers.getByRole('button', { name: '采集', exact: false }).first().click()
  const strip = counter.page.getByRole('status').filter({ hasText: '正在采集指纹' })
  await strip.getByText('请按右手拇指，第 1 张，共 3 张').waitFor()
  await counter.picture('fingers')
  await counter.key('Control+1')
  await strip.getByText('请按右手食指').waitFor()
  await it.station.rehearse('fingerprint', 'dry')
  await strip.getByText(/干.*请按右手食指，第 1 张/).waitFor()
  await counter.picture('fingers-dry')
  for (const [finger, image] of [['右手食指', 1], ['右手食指', 2], ['右手食指', 3], ['左手拇指', 1], ['左手拇指', 2], ['左手拇指', 3]]) {
    await strip.getByText(`请按${finger}，第 ${image} 张`).waitFor()
    await it.station.rehearse('fingerprint', 'press')
  }
  await fingers.getByText('已采集').waitFor()
  await fingers.getByText('右手食指 3 张，左手拇指 3 张，右手拇指受伤').waitFor()
  await counter.picture('fingers-taken')
})
