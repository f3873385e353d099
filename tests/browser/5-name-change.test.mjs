import assert from 'node:assert/strict'
import { answer, autograph, begin, checked, field, fill, group, holds, identify, inside, login, openFromDesk, pass, print, relogin, review, scan, sign, submit, uploaded } from './counter.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'

const it = story('name-change')
const people = demoPeople()
const [father, mother, child] = [people.sun_father, people.tian_mother, people.sun_child]
let counter, applicant, office

/** The intake of one application, up to the submission. */
async function takeIn(newName) {
  await begin(counter, it.station, father, '18周岁以下姓名变更')
  await answer(counter, '由谁提出', '父母双方')
  await answer(counter, '父母的一致意见', '双方当场写申请')
  await fill(counter, '申请人', [['联系电话', '19900000004']])
  await fill(counter, '变更人', [['公民身份号码', child.number]])
  await checked(counter, '变更人户籍')
  await fill(counter, '变更内容', [['新姓名', newName], ['变更理由', '原名与亲属重名']])
  await counter.key('Alt+m')
  for (const title of ['父亲户籍', '母亲户籍']) await checked(counter, title)
  await holds(field(counter, '父亲', '姓名'), father.name)
}

/** Both parents are identified, the papers scanned, both sign, the case is submitted. */
async function finish() {
  await it.station.card(father.key)
  await counter.region('到场人员').getByRole('listitem', { name: '父亲' }).getByRole('button', { name: '读卡' }).click()
  await counter.region('到场人员').getByRole('listitem', { name: '父亲' }).getByText('已读卡').waitFor()
  await it.station.card()
  await counter.region('到场人员').getByRole('listitem', { name: '母亲' }).getByRole('button', { name: '录入' }).click()
  await identify(counter, '母亲', mother)
  for (const material of ['《出生医学证明》', '《居民户口簿》《居民身份证》', '父母双方当场协商一致的书面申请']) await scan(counter, material)
  await counter.region('材料和签名').getByText('已齐').waitFor()
  for (const label of ['父亲', '母亲']) await sign(counter, applicant, label)
  await submit(counter)
  await counter.region('提交结果').getByText(/待民警审核/).waitFor()
  await uploaded(counter)
  await counter.key('Enter')
}

/** Officer, community officer and head pass it, one after another at the second window. */
async function climb() {
  for (const [officer, title] of [['J0001', '户籍民警'], ['J0002', '社区民警'], ['S0001', '所领导']]) {
    if (office) await relogin(office, officer, title)
    else {
      office = await it.open('office', it.station.officer('所长室'), { width: 1920, height: 1080 })
      await login(office, officer)
      await inside(office, title).waitFor()
    }
    await review(office, '孙', '18周岁以下姓名变更')
    await pass(office, '孙')
    await uploaded(office)
  }
  await relogin(office, 'X0001', '分局审批')
  await review(office, '孙', '18周岁以下姓名变更')
}

it.step('both parents are there, one by card and one by hand; a locked value is changed with its reason', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  applicant = await it.open('applicant', it.station.applicant('柜台一'), { width: 1280, height: 800 })
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await takeIn('孙知𠮷')
  await counter.key('Alt+o')
  const strip = counter.region('改锁定的项')
  await strip.getByLabel('改哪一项').selectOption({ label: `变更人 · 现姓名：${child.name}` })
  await strip.getByLabel('理由').fill('以户口簿为准')
  await counter.picture('change-locked')
  await counter.key('Enter')
  await counter.type('孙晓宝')
  await counter.key('Enter')
  await group(counter, '变更人').getByText('≠ 不一致').waitFor()
  await counter.picture('name-change-form')
  await finish()
})

it.step('what the register has otherwise stands red beside its struck-through value', async () => {
  office = await it.open('office', it.station.officer('所长室'), { width: 1920, height: 1080 })
  await login(office, 'J0001')
  await inside(office, '户籍民警').waitFor()
  await review(office, '孙', '18周岁以下姓名变更')
  const subject = group(office, '变更人')
  const name = subject.getByRole('textbox', { name: '现姓名' })
  await holds(name, '孙晓宝')
  const red = await name.evaluate((one) => getComputedStyle(one).color)
  assert.equal(red, await office.page.evaluate(() => {
    const probe = document.createElement('i')
    probe.style.color = 'var(--stop)'
    document.body.append(probe)
    const colour = getComputedStyle(probe).color
    probe.remove()
    return colour
  }), 'in the colour of a stop')
  const [r, g, b] = red.match(/\d+/g).map(Number)
  assert.ok(r > 2 * g && r > 2 * b, `${red} is red`)
  const old = subject.getByText(child.name, { exact: true })
  assert.match(await old.evaluate((one) => getComputedStyle(one.closest('s')).textDecorationLine), /line-through/)
  await subject.getByText('≠ 1 项与登记不一致').waitFor()
  await office.picture('review-differences')
  await office.key('Escape')
})

it.step('officer, community officer and head pass it; the county refuses with a reason that must be given', async () => {
  await climb()
  await office.key('F3')
  await office.picture('refusing')
  await office.key('Control+Enter')
  await office.page.getByRole('alert').getByText('写明不予办理的原因').waitFor()
  await office.page.getByLabel('给申请人的话').fill('新姓名与申请书不一致')
  await office.page.getByLabel('依据').fill('户口登记规定')
  await office.key('Control+Enter')
  await office.sees(/已不予办理：/)
  await uploaded(office)
})

it.step('the refusal arrives at the counter; the 不予办理告知书 is printed and given out', async () => {
  await openFromDesk(counter, '孙', '18周岁以下姓名变更')
  await counter.sees('不予办理，待告知')
  await counter.key('F11')
  await print(counter, '不予办理告知书')
  await counter.picture('paper-不予办理告知书')
  await counter.key('Escape')
  await counter.ready(/^领取登记 F1/)
  await counter.key('F1')
  await counter.page.getByRole('heading', { name: '领取登记' }).waitFor()
  await counter.key('Alt+a', 'F10')
  await autograph(applicant)
  await counter.region('领取人签名').getByText('已签名').waitFor()
  await counter.key('F12')
  await counter.sees('已登记领取')
  await uploaded(counter)
})

it.step('applied for again with the right name, the county approves, the register takes it', async () => {
  await counter.key('F2')
  await takeIn('孙知远')
  await finish()
  await climb()
  await pass(office, '孙')
  await uploaded(office)
  await relogin(counter, 'J0003', '户籍民警')
  await openFromDesk(counter, '孙', '18周岁以下姓名变更')
  await counter.ready('业务落实 F1')
  await counter.key('F1', 'F1')
  await counter.ready(/^领取登记 F1/)
  await counter.picture('name-change-effected')
  await counter.key('F11')
  await print(counter, '姓名变更审批表')
})
