import assert from 'node:assert/strict'
import { answer, autograph, begin, checked, field, fill, group, holds, inside, login, openFromDesk, pass, print, relogin, review, scan, sign, submit, toPaper, uploaded } from './counter.mjs'
import { fitsIn } from './sizes.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'

const it = story('birth')
const people = demoPeople()
const [mother, father] = [people.shen_mother, people.zhou_father]
let counter, applicant, office

it.step('the register fills mother, household and father, each with its state in words', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  applicant = await it.open('applicant', it.station.applicant('柜台一'), { width: 1280, height: 800 })
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await begin(counter, it.station, mother, '出生登记随母入户')
  await counter.region('核验').getByRole('listitem', { name: '出生医学证明核验' }).getByText('未核验').waitFor()
  await answer(counter, '由谁来申报', '母亲')
  await answer(counter, '孩子是婚内生育吗', '婚内')
  await fill(counter, '申请人', [['联系电话', '19900000001']])
  await fill(counter, '母亲', [['公民身份号码', mother.number]])
  await checked(counter, '母亲户籍')
  await checked(counter, '母亲所在户')
  await holds(field(counter, '母亲', '姓名'), mother.name)
  await holds(field(counter, '落户的户', '户主'), father.name)
  await fill(counter, '父亲', [['公民身份号码', father.number]])
  await holds(field(counter, '父亲', '姓名'), father.name)
  await counter.picture('birth-filled-by-register')
})

it.step('the certificate is checked against the register; a wrong name is told', async () => {
  await fill(counter, '新生儿', [['出生证编号', 'Z990000001'], ['姓名', '周念𠮷'], ['性别', '2'], ['民族', '01'], ['出生日期', '20261103']])
  await fill(counter, '落户的户', [['孩子与户主关系', '31']])
  await holds(field(counter, '新生儿', '出生日期'), '2026-11-03')
  await checked(counter, '出生医学证明核验', '核验不符')
  await counter.picture('birth-check-differs')
  await fill(counter, '新生儿', [['姓名', '周念安']])
  await checked(counter, '出生医学证明核验')
  await checked(counter, '重人核验')
  await group(counter, '新生儿').getByText('待赋号').waitFor()
  await counter.picture('birth-form')
})

it.step('materials are scanned, the mother signs, the case is submitted', async () => {
  await counter.region('材料和签名').getByText('缺 2 件').waitFor()
  await scan(counter, '婴儿母亲《居民户口簿》')
  await scan(counter, '婴儿《出生医学证明》')
  await counter.region('材料和签名').getByText('已齐').waitFor()
  await sign(counter, applicant, '申请人')
  await submit(counter)
  await counter.region('提交结果').getByText(/待民警审核/).waitFor()
  await toPaper(counter, '受理回执')
  await print(counter, '受理回执')
  await uploaded(counter)
})

it.step('who made it is not offered the review, in no post', async () => {
  await openFromDesk(counter, '周念安', '出生登记随母入户')
  assert.ok(await counter.button('民警审核 F1').isDisabled())
  await counter.sees('您当前的岗位不能做这一步')
  await counter.key('F1', 'F5')
  await counter.sees('没有等您审核的件')
  await counter.picture('birth-own-case')
  await counter.key('F2')
})

it.step('at the second window the officer sees form, materials and signature side by side', async () => {
  office = await it.open('office', it.station.officer('所长室'), { width: 1920, height: 1080 })
  await login(office, 'J0001')
  await inside(office, '户籍民警').waitFor()
  await review(office, '周念安', '出生登记随母入户')
  await office.sees('表单与登记没有不一致')
  const pages = office.region('婴儿母亲《居民户口簿》 图像')
  await pages.getByText('正在从服务器取').waitFor({ state: 'hidden' })
  const [form, picture, signature] = await Promise.all([
    office.page.getByRole('form', { name: '审核表单' }), pages, office.page.getByRole('img', { name: `申请人 ${mother.name}的签名` }),
  ].map((one) => one.boundingBox()))
  assert.ok(form.x + form.width <= picture.x + 1, 'the form stands left of the pages')
  assert.ok(form.y < picture.y + picture.height && picture.y < form.y + form.height, 'at the same height')
  for (const box of [form, picture, signature]) assert.ok(box.width > 100 && box.height > 40 && box.y + box.height <= 1080, 'all of it in sight')
  // What nobody but the officer at the counter said is read without unfolding.
  await holds(group(office, '新生儿').getByRole('textbox', { name: '姓名' }), '周念安')
  await office.picture('review-birth')
  await fitsIn(office, 'review-open', '通过 F1', true)
  await office.key('Space')
  await office.region('婴儿《出生医学证明》 图像').waitFor()
})

it.step('passed there, the first window is told by the server, without a reload', async () => {
  const state = counter.region('我的办件').getByRole('row', { name: /周念安/ })
  await state.getByText('待民警审核').waitFor()
  await pass(office, '周念安')
  await uploaded(office)
  const begun = Date.now()
  await state.getByText('待业务落实').waitFor()
  const took = Date.now() - begun
  console.log(`the first window knew ${took} ms after the second saw it uploaded`)
  // Told, not found by asking again: a question to the server waits 25 s at most. The figure itself is for the bench.
  assert.ok(took < 12_500, `${took} ms`)
})

it.step('another officer hands it to the register, which assigns the number', async () => {
  await relogin(counter, 'J0003', '户籍民警')
  await openFromDesk(counter, '周念安', '出生登记随母入户')
  await counter.ready('业务落实 F1')
  await fitsIn(counter, 'case-open', '业务落实 F1')
  await counter.key('F1')
  await counter.sees('交常口落实以后不能收回')
  await counter.key('F1')
  await counter.ready(/^领取登记 F1/)
  const child = counter.region('新生儿')
  await child.getByText(/^999901/).waitFor()
  assert.match((await child.innerText()).replace(/\s/g, ''), /公民身份号码999901\d{11}[\dX]/)
  await counter.picture('birth-effected')
})

it.step('the result is printed, given out against a signature, and the case is closed', async () => {
  await counter.key('F11')
  await print(counter, '出生登记结果单')
  await counter.key('Escape')
  await counter.ready('领取登记 F1')
  await counter.key('F1')
  await counter.page.getByRole('heading', { name: '领取登记' }).waitFor()
  await counter.key('Alt+a')
  await holds(field(counter, '领取人', '姓名'), mother.name)
  await counter.key('F10')
  await autograph(applicant)
  await counter.region('领取人签名').getByText('已签名').waitFor()
  await counter.picture('collect')
  await fitsIn(counter, 'collect', /^登记领取/, true)
  await counter.key('F12')
  await counter.sees('已登记领取')
  await counter.sees('已办结')
  await uploaded(counter)
  await counter.picture('birth-closed')
})
