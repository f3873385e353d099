import assert from 'node:assert/strict'
import { begin, field, fill, holds, inside, login, uploaded } from './counter.mjs'
import { demoPeople } from './station.mjs'
import { story } from './story.mjs'

const it = story('mend')
const people = demoPeople()
let counter, office

const phone = (window) => field(window, '申请人（原户主）', '联系电话')

/** Opens the case of a person from the search. */
async function openCase(window, person) {
  await window.key('F7')
  await window.type(person.name)
  await window.page.getByRole('row', { name: new RegExp(person.name) }).first().waitFor()
  await window.key('Enter')
}

it.step('two windows change the same value while the network is away', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  office = await it.open('office', it.station.officer('所长室'))
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await login(office, 'J0003')
  await inside(office, '户籍民警').waitFor()
  await begin(counter, it.station, people.he_old_head, '户主变更')
  await uploaded(counter)
  await openCase(office, people.he_old_head)
  await office.page.getByRole('heading', { name: new RegExp(people.he_old_head.name) }).first().waitFor()
  await it.station.pullNetwork()
  await office.key('F3')
  await fill(office, '申请人（原户主）', [['联系电话', '19900000021']])
  await fill(counter, '申请人（原户主）', [['联系电话', '19900000012']])
  for (const window of [office, counter]) {
    await window.key('Escape', 'F2')
    await window.page.getByRole('contentinfo').getByRole('button', { name: /步待传/ }).waitFor()
  }
})

it.step('one side is placed; the other is told, and sees both values', async () => {
  await it.station.plugNetwork()
  const told = /件要处理/
  const bars = [counter, office].map((window) => window.page.getByRole('contentinfo').getByRole('button', { name: told }))
  await Promise.any(bars.map((bar) => bar.waitFor()))
  // Whoever came second has it.
  if (await bars[0].count() > 0) [counter, office] = [office, counter]
  await office.key('Alt+y')
  await office.region('要您处理的').getByText('两边的内容都留着').waitFor()
  await office.picture('mend-sync')
  await office.key('Enter')
  const step = office.region('现在处理的一步')
  await step.getByText('还有 1 项没有选：联系电话').waitFor()
  assert.equal(await step.getByRole('row', { name: /联系电话/ }).getByRole('button').count(), 2)
  assert.ok(await step.getByRole('button', { name: /按所选的办/ }).isDisabled())
  await office.picture('mend-both')
})

it.step('the value of now is taken with its reason, and the case says so', async () => {
  await office.key('ArrowRight')
  const step = office.region('现在处理的一步')
  await step.getByLabel(/不用本窗口的 联系电话，理由/).waitFor()
  await office.picture('mend-chosen')
  await office.key('F1')
  await office.region('没有办成的').getByText('✓ 都处理好了。').waitFor()
  await office.key('Enter')
  await office.page.getByText('处理没有办成的一步：不用联系电话，理由：核对后以现在的为准').first().waitFor()
  await uploaded(office)
  await office.picture('mend-trail')
})
