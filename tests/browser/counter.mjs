// What an officer does at a window, with his keyboard wherever he would use it. Everything is found by its role and its
// Chinese words.

import { until } from './window.mjs'

/** Logs in; the desk is there afterwards. */
export async function login(window, officer, password = `jiangcheng-${officer}`) {
  await window.page.getByLabel('警号或辅警编号').fill(officer)
  await window.key('Enter')
  await window.page.getByLabel('密码').pressSequentially(password)
  await window.key('Enter')
}

/** Who is logged in, at the head of the window. */
export const inside = (window, title) => window.page.getByRole('banner').getByText(`（${title}）`)

/** Logs out from the settings, by keys, and lets another officer in. */
export async function relogin(window, officer, title) {
  await window.key('Alt+s')
  await window.region('设置').or(window.text('字的大小').first()).first().waitFor()
  // A list that was just being brought up to date finds nobody any more.
  for (const list of ['desk', 'find_cases']) window.refused(list, 'NO_SESSION', true)
  await window.key('Alt+q')
  await login(window, officer)
  await inside(window, title).waitFor()
}

/** A group of the form by its title. */
export const group = (window, title) => window.page.getByRole('form').getByRole('region', { name: title, exact: typeof title === 'string' })

/** The writable or read field of a group. */
export const field = (window, title, label) => group(window, title).getByLabel(label).first()

/** What stands in a field, written or read. */
export const value = (locator) => locator.evaluate((one) => ('value' in one ? one.value : one.innerText.trim()))

export const holds = (locator, wanted) => until(`“${wanted}” in a field`, async () => {
  const now = await value(locator).catch(() => '')
  return wanted instanceof RegExp ? wanted.test(now) : now === wanted
})

/** The digit that stands on a button. */
const digitOf = async (button) => (await button.innerText()).trim()[0]

/** Begins a matter from the desk by its digit, for somebody without a card. */
export async function beginAtDesk(window, matter) {
  await window.key('F2')
  await window.key(await digitOf(window.page.getByRole('complementary', { name: '今天' }).getByRole('button', { name: matter })))
  await window.page.getByRole('form').waitFor()
}

/** Lays a card on the empty desk; the arrival page opens by itself. */
export async function arrive(window, station, person) {
  await station.card(person.key)
  await window.page.getByLabel('来意页').getByRole('heading', { name: person.name }).waitFor()
}

/** What the alert on the screen says. */
export async function alerted(window, words) {
  await window.page.getByRole('alert').getByText(words).waitFor()
}

/** Begins a matter from the arrival page by its digit, and takes the card away. */
export async function begin(window, station, person, matter) {
  await arrive(window, station, person)
  const button = window.page.getByLabel('来意页').getByRole('button', { name: matter })
  if (await button.isVisible()) await window.key(await digitOf(button))
  else {
    // What is not among the likeliest is searched for by a few signs of its name.
    await window.key('F3')
    await window.page.getByRole('combobox', { name: '事项' }).fill(matter)
    await window.page.getByRole('option', { name: matter, selected: true }).waitFor()
    await window.key('Enter')
  }
  await window.page.getByRole('form').waitFor()
  await station.card()
}

/** Answers the open question by the digit of the answer. */
export async function answer(window, question, words) {
  const asked = window.page.getByRole('radiogroup', { name: question })
  const one = asked.getByRole('radio', { name: words })
  await window.key('Alt+a')
  await one.waitFor()
  await window.key(await digitOf(one))
  await until(`the answer ${words}`, () => one.isChecked())
}

/** Types values field after field, each with Enter, from the field of that name. */
export async function fill(window, title, values) {
  for (const [label, text] of values) {
    await field(window, title, label).click({ clickCount: 3 })
    await window.type(text)
    await window.key('Enter')
  }
}

/** A check of the register stands in these words. */
export const checked = (window, title, words = '已核验相符') =>
  window.region('核验').getByRole('listitem', { name: title, exact: true }).getByText(words).waitFor()

/** Writes down why no fingerprints are taken. */
export async function omitFingers(window, reason) {
  const fingers = window.region('指纹')
  await window.key('Alt+m')
  await fingers.getByRole('button', { name: '不采集' }).click()
  await fingers.getByLabel('不采集指纹的原因').fill(reason)
  await window.key('Enter')
  await fingers.getByText(/^◐ 不采集$/).waitFor()
}

/** The officer asks for a signature; the citizen reads and signs on the applicant screen. */
export async function sign(window, applicant, label) {
  const line = window.region('材料和签名').getByRole('listitem', { name: label, exact: true })
  await line.getByRole('button', { name: '请签名' }).click()
  await write(applicant)
  await line.getByText('已签').waitFor()
}

/** Reads what was released, confirms it and writes with the pointer. */
export async function write(applicant) {
  await applicant.button('内容无误，去签名').click()
  await autograph(applicant)
}

/** Writes on the sheet, which is there at once when there is nothing to read. */
export async function autograph(applicant) {
  await strokes(applicant)
  await applicant.button('签好了').click()
}

/** A name of three strokes on the sheet. */
export async function strokes(applicant) {
  const sheet = await applicant.page.getByRole('img', { name: '签名框' }).boundingBox()
  const mouse = applicant.page.mouse
  for (const [from, to] of [[0.2, 0.45], [0.4, 0.6], [0.55, 0.8]]) {
    await mouse.move(sheet.x + sheet.width * from, sheet.y + sheet.height * 0.3)
    await mouse.down()
    await mouse.move(sheet.x + sheet.width * to, sheet.y + sheet.height * 0.5, { steps: 8 })
    await mouse.move(sheet.x + sheet.width * from, sheet.y + sheet.height * 0.7, { steps: 8 })
    await mouse.up()
  }
}

/** Submits with the one key; the number stands on the screen afterwards. */
export async function submit(window) {
  await window.ready(/^提交 /)
  await window.key('F12')
  await window.region('提交结果').waitFor()
}

/** From the result of a submission to one of its papers, by its digit. */
export async function toPaper(window, title) {
  const paper = window.region('提交结果').getByRole('button', { name: title })
  await window.key(await digitOf(paper))
  await window.page.getByRole('navigation', { name: '文书' }).waitFor()
}

/** Prints the paper that is shown; *printed* stands there only after the printer said so. */
export async function print(window, title) {
  const paper = window.page.getByRole('navigation', { name: '文书' }).getByRole('button', { name: title })
  await paper.click()
  await window.ready(/^打印 \d+ 页/)
  await window.key('F12')
  await paper.getByText('已打印').waitFor()
}

/** Prints a paper on a controlled blank, whose serial the officer reads from the top sheet. */
export async function printBlank(window, title, serial) {
  const paper = window.page.getByRole('navigation', { name: '文书' }).getByRole('button', { name: title })
  await paper.click()
  await window.page.getByLabel(/空白证/).fill(serial)
  await window.ready(/^打印 \d+ 页/)
  await window.key('F12')
  await paper.getByText('已打印').waitFor()
}

/** Types an identity into the open strip of a person: kind of paper, number, name, each with Enter. */
export async function identify(window, label, person) {
  const line = window.region('到场人员').getByRole('listitem', { name: label, exact: true })
  await line.getByRole('textbox', { name: '号码' }).fill(person.number)
  await window.key('Enter')
  await line.getByRole('textbox', { name: '姓名' }).fill(person.name)
  await window.key('Enter')
  await line.getByText('已录入').waitFor()
}

/** From the intake to the scanner of a material: the line under the mark, then F10 once to go there and once to scan. */
export async function scan(window, material, pages = 1) {
  await window.region('材料和签名').getByRole('listitem', { name: material, exact: true }).getByRole('button', { name: /扫描|补扫/ }).click()
  const strip = window.page.getByRole('list', { name: '各页' })
  const before = await strip.getByRole('listitem').count()
  for (let page = before + 1; page <= before + pages; page += 1) {
    await window.ready('扫描 F10')
    await window.key('F10')
    await strip.getByRole('listitem', { name: `第 ${page} 页` }).waitFor()
  }
  // While the scanner works, Escape stops it.
  await window.ready('扫描 F10')
  await window.key('Escape')
  await window.region('材料和签名').waitFor()
}

/** Opens the queue of cases to review and the case of somebody in it. */
export async function review(window, person, matter) {
  await window.key('F5')
  await window.region('待审').getByRole('row', { name: new RegExp(`${person}\\S* ${matter}`) }).dblclick()
  await window.ready('通过 F1')
}

/** Passes the case that is open, by its key; the window says so. */
export async function pass(window, person) {
  await window.ready('通过 F1')
  await window.key('F1')
  await window.sees(new RegExp(`已通过：${person}`))
}

/** Opens a case from the desk. */
export async function openFromDesk(window, person, matter) {
  await window.key('F2')
  await window.region('我的办件').getByRole('row', { name: new RegExp(`${person}\\S* ${matter}`) }).dblclick()
  await window.page.getByRole('heading', { level: 1, name: new RegExp(person) }).waitFor()
}

/** Waits until everything done at this window has reached the server. */
export const uploaded = (window) => window.page.getByRole('contentinfo').getByRole('button', { name: '同步：已全部上传' }).waitFor()
