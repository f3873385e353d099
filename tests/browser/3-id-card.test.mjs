import assert from 'node:assert/strict'
import { answer, begin, checked, field, holds, inside, login, print, strokes, submit, toPaper } from './counter.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'

const it = story('id-card')
const people = demoPeople()
const feng = people.feng_expired
let counter, applicant

it.step('the form is filled by keys alone, and the register says that it agrees', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  applicant = await it.open('applicant', it.station.applicant('柜台一'), { width: 1280, height: 800 })
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await begin(counter, it.station, feng, '身份证期满换领')
  await answer(counter, '申请人未满十六周岁吗', '已满')
  // The answer leads into the form, to the first field that is not filled yet.
  await counter.type('19900000006')
  await counter.key('Enter', 'Enter')
  await counter.type('46')
  await counter.key('Enter')
  await holds(field(counter, '申请人', '联系电话'), '19900000006')
  await holds(field(counter, '申领', '新证有效期'), /四十六周岁以上/)
  await checked(counter, '申请人户籍')
  await checked(counter, '申请人所在户')
  await counter.sees(/^已保存 \d\d:\d\d:\d\d/)
  await counter.picture('id-card-intake')
})

it.step('without a fingerprint sensor the reason is written down, and the one key leads there', async () => {
  await counter.button('提交（还差：申请人指纹、申请人签名） F12').waitFor()
  const fingers = counter.region('指纹')
  await fingers.getByText('没有可用的指纹仪').waitFor()
  await counter.key('F12', 'Enter')
  await fingers.getByLabel('不采集指纹的原因').waitFor()
  await counter.type('本窗口暂无指纹采集设备')
  await counter.picture('fingers-omitted')
  await counter.key('Enter')
  await fingers.getByText(/^◐ 不采集$/).waitFor()
  await fingers.getByText('本窗口暂无指纹采集设备').waitFor()
})

it.step('the applicant screen shows what was released to it, and nothing before or after', async () => {
  const citizen = applicant.page.getByRole('main')
  await applicant.sees('您好，欢迎办理业务')
  assert.doesNotMatch(await citizen.innerText(), /冯|9999/)
  await applicant.picture('applicant-welcome')
  await counter.button('提交（还差：申请人签名） F12').waitFor()
  // The one key leads to what is missing; Enter releases it.
  await counter.key('F12', 'Enter')
  await applicant.button('内容无误，去签名').waitFor()
  const shown = await citizen.innerText()
  for (const words of ['冯亦凡', '1979-08-17', '江城市城关区望江路5号4幢1203室', '19900000006', '四十六周岁以上', '本人申请办理']) assert.ok(shown.includes(words), words)
  // What is the officer's alone stays with him.
  for (const words of ['核验', '提交', '未签', '重读']) assert.ok(!shown.includes(words), words)
  await applicant.picture('applicant-released')
  // Taken back, it is empty at once; released again, nothing of before is left.
  await counter.button('收回客屏').click()
  await applicant.sees('您好，欢迎办理业务')
  assert.doesNotMatch(await citizen.innerText(), /冯|1990/)
  await counter.button('请签名').click()
  await applicant.button('内容无误，去签名').click()
  assert.ok(await applicant.button('签好了').isDisabled(), 'an empty sheet cannot be confirmed')
  await strokes(applicant)
  await applicant.page.getByRole('img', { name: '申请人 冯亦凡的签名框，已写 3 笔' }).waitFor()
  await applicant.picture('applicant-signed')
  await applicant.button('退回一笔').click()
  await applicant.page.getByRole('img', { name: '已写 2 笔' }).waitFor()
  await applicant.button('签好了').click()
  await applicant.sees('签名已收到')
  assert.doesNotMatch(await citizen.innerText(), /冯|1990/)
  await counter.region('材料和签名').getByRole('img', { name: '申请人' }).waitFor()
})

let number = ''
it.step('submitted, it stands at 待审签 with its number and password', async () => {
  await submit(counter)
  const result = counter.region('提交结果')
  await result.getByText('✓ 已受理').waitFor()
  await result.getByText(/待审签/).waitFor()
  number = await result.getByText(/^\d{24}$/).innerText()
  assert.match(await result.innerText(), /查询密码\s*\d{6}\b/)
  await result.getByText('已到服务器').waitFor()
  await counter.picture('result')
})

it.step('the citizen rates with one touch; the window says that he did and not how', async () => {
  await counter.key('Alt+p')
  await counter.sees('正等群众评价')
  await applicant.sees('请您为本次服务评价')
  await applicant.picture('applicant-evaluate')
  assert.doesNotMatch(await applicant.page.getByRole('main').innerText(), /冯|9999/)
  await applicant.button('基本满意').click()
  await applicant.sees('感谢您的评价')
  await counter.sees('群众已评价')
  assert.doesNotMatch(await counter.page.getByRole('main').innerText(), /满意/)
  await counter.picture('evaluated')
})

it.step('printed appears only after the printer said so', async () => {
  await toPaper(counter, '受理回执')
  await counter.button(/^打印 1 页/).waitFor()
  const papers = counter.page.getByRole('navigation', { name: '文书' })
  const before = it.station.printed()
  const thaw = it.station.freeze('ippeveprinter')
  await counter.key('F12')
  await counter.page.getByRole('status').getByText('停下').waitFor()
  await counter.picture('printing')
  assert.equal(await papers.getByText('已打印').count(), 0)
  assert.deepEqual(it.station.printed(), before)
  thaw()
  await papers.getByRole('button', { name: '受理回执 已打印' }).waitFor()
  assert.equal(it.station.printed().length, before.length + 1)
  await counter.picture('printed')
})

it.step('a second print asks for its reason', async () => {
  await counter.key('F12')
  await counter.page.getByRole('alert').getByText('补打要写明原因').waitFor()
  await counter.page.getByLabel('补打原因').fill('墨色太淡，看不清')
  await counter.key('F12')
  await counter.page.getByRole('navigation', { name: '文书' }).getByText('已打印 2 次').waitFor()
})

it.step('申领登记表 and 领证回执 are printed', async () => {
  for (const title of ['居民身份证申领登记表', '领证回执']) {
    await print(counter, title)
    await counter.picture(`paper-${title}`)
  }
  await counter.key('Escape')
  await counter.region('提交结果').getByText('已打印').nth(2).waitFor()
  await counter.key('Enter')
  await counter.region('我的办件').getByRole('row', { name: `${number} 冯亦凡 身份证期满换领 待审签` }).waitFor()
})
