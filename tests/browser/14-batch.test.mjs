import assert from 'node:assert/strict'
import { begin, checked, fill, group, holds, inside, login, openFromDesk, relogin, scan, sign, submit, uploaded } from './counter.mjs'
import { fitsIn } from './sizes.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'
import { until } from './window.mjs'

const it = story('batch')
const people = demoPeople()
const alike = [people.shen_mother, people.qin_wife, people.han_proof]
const other = people.sun_father
let counter, applicant, office

/** A damaged booklet is changed for a new one; `before` does what is particular to the case. */
async function booklet(person, before = () => undefined) {
  await begin(counter, it.station, person, '户口簿损坏换领')
  await fill(counter, '申请人', [['联系电话', '19900000011']])
  for (const title of ['申请人户籍', '申请人所在户']) await checked(counter, title)
  await before()
  await scan(counter, '损坏的《居民户口簿》')
  await sign(counter, applicant, '申请人')
  await submit(counter)
  await counter.region('提交结果').getByText(/待民警审核/).waitFor()
  await counter.key('Enter')
}

/** A case in the list of the batch. */
const line = (person) => office.page.getByRole('list', { name: '等您审核的各件' }).getByRole('listitem').filter({ has: office.page.getByRole('checkbox', { name: new RegExp(person.name) }) })
const box = (person) => office.page.getByRole('checkbox', { name: new RegExp(person.name) })

it.step('four citizens bring damaged booklets; one form says otherwise than the register', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  applicant = await it.open('applicant', it.station.applicant('柜台一'), { width: 1280, height: 800 })
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  for (const person of alike) await booklet(person)
  await booklet(other, async () => {
    await counter.key('Alt+o')
    const strip = counter.region('改锁定的项')
    await strip.getByLabel('改哪一项').selectOption({ label: `户 · 户主：${other.name}` })
    await strip.getByLabel('理由').fill('以户口簿为准')
    await counter.key('Enter')
    await counter.type('孙大海')
    await counter.key('Enter')
    await group(counter, '户').getByText('≠ 不一致').waitFor()
  })
  await uploaded(counter)
})

it.step('the reviewer sees which may go together, and what one form says otherwise than the register', async () => {
  office = await it.open('office', it.station.officer('所长室'))
  await login(office, 'J0001')
  await inside(office, '户籍民警').waitFor()
  await office.key('F5')
  await office.ready('批量审核 F12')
  await until('four cases in the queue', async () => await office.region('待审').getByRole('row', { name: /户口簿损坏换领/ }).count() === 4)
  await office.key('F12')
  await office.region('批量审核').waitFor()
  for (const person of alike) await line(person).getByText('与登记一致').waitFor()
  const told = line(other)
  await told.getByText('有 1 处与登记不一致，要单独看').waitFor()
  const differs = told.getByRole('list', { name: `${other.name} 与登记不一致的各项` })
  assert.equal((await differs.innerText()).replace(/\s+/g, ' ').trim(), `户 · 户主：孙大海 登记 ${other.name}`)
  assert.ok(await box(other).isDisabled(), 'it is not among those that go together')
  await office.picture('batch-differences')
})

it.step('marked by keys and passed with one; the other stays and is looked at by itself', async () => {
  // A mark and its taking back, and all of the same matter.
  await office.key('Home')
  for (let at = 0; at < 4 && !(await line(alike[0]).evaluate((one) => one.classList.contains('here'))); at += 1) await office.key('ArrowDown')
  await office.key('Space')
  await until('a mark', () => box(alike[0]).isChecked())
  await office.ready(/^通过 1 件/)
  await office.key('Space')
  await until('no mark', async () => !(await box(alike[0]).isChecked()))
  await office.key('a')
  await office.ready(/^通过 3 件/)
  assert.ok(!await box(other).isChecked())
  await office.picture('batch-marked')
  await fitsIn(office, 'batch-marked', /^通过 3 件/)
  await office.key('F1')
  await office.sees('已通过 3 件')
  await until('one left', async () => await office.page.getByRole('list', { name: '等您审核的各件' }).getByRole('checkbox').count() === 1)
  await line(other).waitFor()
  await office.picture('batch-passed')
  await uploaded(office)
})

it.step('without the network nothing is passed in a batch, and each case says that it waits', async () => {
  await booklet(people.ma_mother)
  await uploaded(counter)
  await line(people.ma_mother).getByText('与登记一致').waitFor()
  await office.key('a')
  await office.ready(/^通过 1 件/)
  await it.station.pullNetwork()
  await office.page.getByRole('contentinfo').getByRole('button', { name: /同步：.*网络断开/ }).waitFor()
  await office.key('F1')
  await line(people.ma_mother).getByRole('alert').getByText('网络断开了，这一件没有通过，仍在待审').waitFor()
  await office.picture('batch-offline')
  await it.station.plugNetwork()
  await office.page.getByRole('contentinfo').getByRole('button', { name: '同步：已全部上传' }).waitFor()
  await office.ready(/^通过 1 件/)
  await office.key('F1')
  await office.sees('已通过 1 件')
  await uploaded(office)
})

it.step('what was passed is put into force at the counter', async () => {
  await relogin(counter, 'J0003', '户籍民警')
  await openFromDesk(counter, alike[2].name, '户口簿损坏换领')
  await counter.ready('业务落实 F1')
})

it.step('cards laid one after the other fill the persons of a table; the same one and an expired one are told', async () => {
  await relogin(counter, 'F0001', '辅警')
  await begin(counter, it.station, people.xu_father, '升学迁入')
  const members = counter.page.getByRole('form').getByRole('table', { name: /迁入/ })
  await members.waitFor()
  await counter.key('Alt+i')
  const strip = counter.page.getByRole('status').filter({ hasText: '连续读卡' })
  await strip.getByText('请放上第一张身份证').waitFor()
  await counter.picture('row-cards-begun')
  const lay = async (person, words) => {
    await it.station.card()
    await new Promise((later) => setTimeout(later, 1_000))
    await it.station.card(person.key)
    await strip.getByText(words).waitFor()
  }
  await lay(people.sun_father, new RegExp(`已添加${people.sun_father.name}`))
  await lay(people.tian_mother, new RegExp(`已添加${people.tian_mother.name}`))
  await lay(people.sun_father, /已经读过了，没有再添加。请换下一个人的身份证/)
  await counter.picture('row-cards-twice')
  await lay(people.feng_expired, /已于 2026-10-01 到期，没有录入/)
  await holds(members.getByRole('textbox', { name: /^第 1 行 姓名/ }), people.sun_father.name)
  await holds(members.getByRole('textbox', { name: /^第 2 行 姓名/ }), people.tian_mother.name)
  await counter.picture('row-cards')
  await counter.key('Escape')
  await counter.sees(/连续读卡结束：添加 2 人，2 张没有录入/)
  await counter.page.getByRole('form').waitFor()
  await it.station.card()
  await fitsIn(counter, 'row-cards', /^提交/)
})
