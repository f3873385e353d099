import assert from 'node:assert/strict'
import { beginAtDesk, inside, login, print } from './counter.mjs'
import { story } from './story.mjs'
import { until } from './window.mjs'

const it = story('scan')
let counter
const strip = () => counter.page.getByRole('list', { name: '各页' }).getByRole('listitem')
const viewer = () => counter.region('婴儿母亲《居民户口簿》 图像')
const pages = (words) => viewer().getByText(words).waitFor()
/** Whether the page itself is painted, and not only its place: black and white squares, as the training scanner gives them. */
const painted = () => until('the painted page', () => viewer().getByRole('img', { name: /第 \d 页$/ }).first().evaluate((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  let dark = 0
  let light = 0
  for (let at = 0; at < data.length; at += 4 * 97) {
    if (data[at + 3] < 255) continue
    if (data[at] < 40) dark += 1
    if (data[at] > 215) light += 1
  }
  return dark > 50 && light > 50
}))
const pictureOf = async () => (await viewer().getByRole('img', { name: /第 \d 页$/ }).first().screenshot()).toString('base64')

/** Width over height of the first page's picture as it is stored. */
const shape = () => strip().first().getByRole('presentation').evaluate((one) => (one.naturalHeight ? one.naturalWidth / one.naturalHeight : 0)).catch(() => 0)

it.step('one key shows the 一次性告知单 of what is missing, one more prints it', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await beginAtDesk(counter, '出生登记随母入户')
  await counter.key('F11')
  await print(counter, '一次性告知单')
  assert.equal(it.station.printed().length, 1)
  await counter.picture('paper-一次性告知单')
  await counter.key('Escape')
})

it.step('a page is scanned, seen, turned and cropped by keys', async () => {
  await counter.region('材料和签名').getByText('缺 2 件').waitFor()
  await counter.key('F10')
  await counter.sees('还没有扫描')
  await counter.ready('扫描 F10')
  await counter.key('F10')
  await pages('第 1 页，共 1 页')
  await counter.page.getByRole('status').getByText('✓ 已扫描 1 页').waitFor()
  await painted()
  const plain = await pictureOf()
  await counter.key('r')
  await until('a turned picture', async () => await pictureOf() !== plain)
  await painted()
  const turned = await pictureOf()
  // Turned for good, not only as it is drawn: the picture itself is wider than high.
  await until('the turned page', async () => (await shape()) > 1.2)
  await painted()
  await counter.picture('scan-turned')
  await counter.key('c', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'Shift+ArrowUp')
  await counter.button('裁好 Enter').waitFor()
  await counter.picture('scan-cropping')
  await counter.key('Enter')
  await counter.button('裁切 C').waitFor()
  await until('a cropped picture', async () => await pictureOf() !== turned && (await shape()) > 1.2 && (await shape()) < 1.4)
  await painted()
  await counter.picture('scan-cropped')
})

it.step('several pages are put into order; one is scanned anew, one removed and brought back', async () => {
  for (const total of [2, 3]) {
    await counter.ready('扫描 F10')
    await counter.key('F10')
    await pages(`第 ${total} 页，共 ${total} 页`)
  }
  await counter.key('Alt+ArrowLeft')
  await pages('第 2 页，共 3 页')
  await counter.ready('重扫这一页 S')
  await counter.key('s')
  await counter.page.getByRole('status').getByText(/停下|✓/).first().waitFor()
  await counter.ready('重扫这一页 S')
  await pages('第 2 页，共 3 页')
  await counter.key('d')
  await pages('共 2 页')
  await counter.button(/撤销/).waitFor()
  await counter.key('Alt+z')
  await pages('共 3 页')
  assert.equal(await strip().count(), 3)
  await counter.picture('scan-pages')
})

it.step('the case goes on only with what is required', async () => {
  await counter.sees('还缺 1 项')
  await counter.ready('重扫这一页 S')
  await counter.key('Escape')
  await counter.region('材料和签名').getByText('缺 1 件').waitFor()
  // The key leads to what is missing; the next one goes round.
  await counter.key('F10')
  const certificate = counter.region('婴儿《出生医学证明》 图像')
  await certificate.getByText('下一材料：婴儿母亲').waitFor()
  await counter.key('Space')
  await pages('共 3 页')
  await counter.key('Space')
  await certificate.waitFor()
  await counter.ready('扫描 F10')
  await counter.key('F10')
  await counter.sees('该交的材料齐了')
  await counter.picture('scan-complete')
  await counter.key('Escape')
  await counter.region('材料和签名').getByText('已齐').waitFor()
  assert.doesNotMatch(await counter.button(/^提交/).innerText(), /《/)
})
