// The main job in the real window, from the card to the printed receipt.

import { strict as assert } from 'node:assert'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ink, part, pixels, showsPaper, showsScan } from './png.mjs'
import { root } from './process.mjs'
import { Counter, Station, logIn, people } from './station.mjs'
import { story } from './steps.mjs'
import { KEY, until } from './webdriver.mjs'

const station = new Station('story')
const mother = people.get('shen_mother')
const father = people.get('zhou_father')
const RARE = '周𠮷𬭚㛃'
/** As the certificate at the register has it. */
const NAME = '周念安'
/** The promise: what was typed longer ago than this survives everything. */
const SAVED_AFTER_MS = 1000
let counter, officer, applicant, caseId

const step = story('story', async () => {
  await counter?.driver.abandon()
  await station.clear()
})

const inside = (section) => ({ within: ['region', section] })
const newborn = inside('新生儿')

/** Clicks into a field, writes over what stands there, goes on by Enter. */
async function fill(role, section, label, text) {
  await officer.press(role, label, inside(section))
  await until(`the cursor in ${label}`, async () => (await officer.focus()).startsWith(`${role} ${label}`))
  await officer.chord(KEY.control, 'a')
  await officer.keys(text + KEY.enter)
}

async function openWindows() {
  counter = await Counter.open(station)
  ;({ officer, applicant } = counter)
}

/** The case as the terminal has it. */
async function caseNow() {
  const { value, error } = await officer.ask('officer_rpc', 'case', { case: caseId })
  assert.equal(error, undefined)
  return value
}

step('an officer logs in, and the applicant screen opens beside', async () => {
  await station.start('--without-windows')
  await openWindows()
  await applicant.sees('暂停服务')
  await logIn(officer, 'F0001')
  await applicant.sees('您好，欢迎办理业务')
})

step('a card on the empty desk opens the arrival page', async () => {
  await station.card('shen_mother')
  const words = await officer.sees(mother.number)
  for (const wanted of [mother.name, '汉族', '1995-09-03', '江城市城关区槐荫路18号2幢301室', '2022-03-08 至 2042-03-08']) assert.ok(words.includes(wanted), wanted)
})

step('one digit opens the matter, filled from the card and locked', async () => {
  const matter = (await officer.names('button')).find((name) => /^\d 出生登记随母入户$/.test(name))
  assert.ok(matter, 'the arrival page offers the registration of a birth')
  await officer.keys(matter[0])
  await officer.place('button', '提交')
  await station.card('0')
  assert.equal(await officer.says('textbox', '姓名', inside('申请人')), mother.name)
  assert.equal(await officer.says('textbox', '公民身份号码', inside('申请人')), mother.number)
  assert.deepEqual((await officer.names('button', ['region', '申请人'])).filter((name) => name.startsWith('来源')), ['来源：读卡得到', '来源：读卡得到'])
  // Keys do not change what the card said.
  await officer.press('textbox', '姓名', inside('申请人'))
  await officer.sees('改要说明理由')
  await officer.keys(KEY.escape + 'x')
  assert.equal(await officer.says('textbox', '姓名', inside('申请人')), mother.name)
})

step('digits answer the situations, and the form follows', async () => {
  assert.ok(!(await officer.names('region')).includes('父亲'))
  await officer.chord(KEY.alt, 'a')
  await until('the cursor at the situations', async () => await officer.focus() === 'region 情形')
  await officer.keys('1')
  await officer.sees('还差：孩子是婚内生育吗？')
  await officer.keys('1')
  await officer.place('region', '父亲')
})

step('numbers bring the rest from the register', async () => {
  await fill('textbox', '申请人', '联系电话', '19900000001')
  await fill('textbox', '母亲', '公民身份号码', mother.number)
  await fill('textbox', '父亲', '公民身份号码', father.number)
  await fill('textbox', '新生儿', '出生证编号', 'Z990000001')
  await officer.sees('父亲户籍 已核验相符')
  assert.equal(await officer.says('textbox', '姓名', inside('父亲')), father.name)
  assert.equal(await officer.says('textbox', '户主', inside('落户的户')), father.name)
})

step('rare characters are typed by real keys, shown and drawn', async () => {
  await officer.press('textbox', '姓名', newborn)
  await officer.type(RARE)
  await until('the name', async () => await officer.says('textbox', '姓名', newborn) === RARE)
  const drawn = await officer.drawn('textbox', '姓名', newborn, [...RARE, '\u{323B0}'])
  const [nothing, ...characters] = drawn.reverse()
  for (const [at, one] of characters.entries()) {
    assert.ok(one.dark > 40, 'a character is drawn')
    for (const other of [nothing, ...characters.slice(0, at)]) assert.notEqual(one.picture, other.picture, 'each has a shape of its own, and none is the box')
  }
})

step('killed in the middle of typing, what was typed a second before is there', async () => {
  const before = await until('the typed name', async () => await officer.says('textbox', '姓名', newborn) === RARE && performance.now())
  await pause(Math.max(0, before + SAVED_AFTER_MS - performance.now()))
  const program = counter.process(station)
  // Typing goes on for seconds; the end comes in between. The hand types on: killed, it would leave a key pressed.
  const hand = spawn('xdotool', ['type', '--delay', '250', '念安'.repeat(10)], { stdio: 'ignore' })
  await until('the typing', async () => (await officer.says('textbox', '姓名', newborn)).length > RARE.length)
  process.kill(program, 'SIGKILL')
  assert.equal(hand.exitCode, null, 'the end came in the middle of typing')
  await once(hand, 'exit')
  await counter.driver.abandon()

  await openWindows()
  await logIn(officer, 'F0001')
  await officer.sees(`${mother.name} 出生登记随母入户 收件中`)
  await officer.keys(KEY.enter)
  const kept = await officer.says('textbox', '姓名', newborn)
  assert.ok(kept.startsWith(RARE), `after the restart: ${kept}`)
  for (const [section, label, value] of [['申请人', '联系电话', '19900000001'], ['新生儿', '出生证编号', 'Z990000001'], ['父亲', '姓名', father.name]]) {
    assert.equal(await officer.says('textbox', label, inside(section)), value)
  }
})

step('what differs from the register is told, and mended', async () => {
  await fill('combobox', '新生儿', '性别', '2')
  await fill('combobox', '新生儿', '民族', '01')
  await fill('textbox', '新生儿', '出生日期', '20261103')
  await fill('combobox', '落户的户', '孩子与户主关系', '31')
  // Enter in the last field goes on to the materials.
  await until('the cursor at the materials', async () => await officer.focus() === 'region 材料和签名')
  await officer.sees('出生医学证明核验 必须相符 核验不符')
  await officer.sees(`登记为 库 ${NAME} ≠ 不一致`)
  await fill('textbox', '新生儿', '姓名', NAME)
  await officer.press('textbox', '联系电话', inside('申请人'))
  await officer.sees('出生医学证明核验 必须相符 已核验相符')
  const desk = await officer.ask('officer_rpc', 'desk', {})
  caseId = desk.value.to_do[0].id
})

step('a page is scanned, and its picture is painted', async () => {
  await officer.keys(KEY.F10)
  for (const material of ['婴儿母亲《居民户口簿》', '婴儿《出生医学证明》']) {
    await officer.press('button', material, { within: ['navigation', '材料'] })
    await officer.sees('还没有扫描')
    await officer.place('button', '扫描')
    await officer.keys(KEY.F10)
    const place = await officer.place('img', `${material} 第 1 页`)
    await until('the painted page', async () => showsScan(part(pixels(await officer.picture()), place)))
    await officer.sees('第 1 页，共 1 页')
    // While the scanner works, Escape stops it.
    await officer.sees('已扫描 1 页')
  }
  await officer.sees('✓ 该交的材料齐了')
  await officer.keys(KEY.escape)
})

step('the applicant screen shows what was released, and nothing else', async () => {
  const before = await applicant.words()
  assert.ok(before.includes('您好，欢迎办理业务'))
  for (const { name, number } of people.values()) for (const one of [name, number]) assert.ok(!before.includes(one), 'nobody stands there before the release')
  await officer.press('button', '请签名', inside('材料和签名'))
  await officer.sees('等客屏签名')
  const words = await applicant.sees('内容无误，去签名')
  assert.ok(words.includes(mother.name) && words.includes(NAME))
  const view = await applicant.ask('applicant_rpc', 'applicant', {})
  const released = new Set(view.value.mode.fields.map(([, value]) => value))
  for (const [key, { number }] of people) {
    if (!released.has(number)) assert.ok(!words.replace(/\s/g, '').includes(number), `${key} was not released`)
  }
})

step('the applicant window can call no officer command and fetch no file', async () => {
  const list = readFileSync(join(root, 'ui/src/rpc/generated/commands.ts'), 'utf8')
  const named = (list_) => Array.from(new RegExp(`export const ${list_} = \\[([^\\]]*)`).exec(list)[1].matchAll(/"(\w+)"/g), ([, name]) => name)
  const commands = named('OFFICER_COMMANDS')
  assert.ok(commands.length > 30)
  // The same calls do work for those who may make them.
  assert.equal((await officer.ask('officer_rpc', 'shell', {})).value.gate, 'open')
  assert.equal((await applicant.ask('applicant_rpc', 'applicant', {})).value.mode.kind, 'sign')
  for (const command of commands) {
    for (const entry of ['officer_rpc', 'applicant_rpc']) {
      const { value, error } = await applicant.ask(entry, command, { case: caseId })
      assert.equal(value, undefined, `${command} by ${entry}`)
      assert.match(typeof error === 'string' ? error : error.code, entry === 'officer_rpc' ? /officer_rpc not allowed/ : /^UNKNOWN_COMMAND$|^\w+_COMMAND$/, command)
    }
  }
  for (const command of named('APPLICANT_COMMANDS')) assert.match(String((await officer.ask('applicant_rpc', command, {})).error), /not allowed/)

  const now = await caseNow()
  const page = `pictures/${now.materials.find((one) => one.pages.length > 0).pages[0].blob}`
  assert.deepEqual(await officer.fetch(page), { status: 200, media: 'image/jpeg' })
  const refused = await applicant.fetch(page)
  assert.notEqual(refused.status, 200, 'a page that was not released')
})

step('the citizen signs, and the officer window gets it', async () => {
  await applicant.press('button', '内容无误，去签名')
  const box = await applicant.place('img', `申请人 ${mother.name}的签名框，已写 0 笔`)
  const at = (x, y) => [Math.round(box.x + x * box.width), Math.round(box.y + y * box.height)]
  await applicant.draw([[at(0.2, 0.3), at(0.35, 0.5), at(0.25, 0.75)], [at(0.5, 0.2), at(0.5, 0.8)], [at(0.6, 0.3), at(0.8, 0.4), at(0.7, 0.7)]])
  const signed = await applicant.place('img', `申请人 ${mother.name}的签名框，已写 3 笔`)
  assert.ok(ink(part(pixels(await applicant.picture()), signed)) > 0.002, 'the strokes are painted')
  await applicant.press('button', '签好了')
  await officer.sees('已签')
  const words = await applicant.sees('谢谢')
  assert.ok(!words.includes(mother.name), 'nothing of the citizen stays')
  const slot = (await caseNow()).signers.find((one) => one.slot === 'applicant')
  const kept = JSON.parse((await officer.fetch(`strokes/${slot.strokes}`, true)).text)
  assert.equal(kept.strokes.length, 3)
  for (const stroke of kept.strokes) for (const [x, y, pressure, t] of stroke.map((point) => (Array.isArray(point) ? point : [point.x, point.y, point.pressure, point.t]))) {
    assert.ok(x >= 0 && x <= kept.width && y >= 0 && y <= kept.height && pressure >= 0 && pressure <= 1023 && t >= 0)
  }
  await officer.place('img', '申请人的签名')
})

step('submitted, previewed as painted pages, printed by the printer', async () => {
  await officer.keys(KEY.F12)
  const words = await officer.sees('✓ 已受理')
  const number = /受理号 (\S+)/.exec(words)[1]
  const paper = (await officer.names('button')).find((name) => /^\d 受理回执 ./.test(name))
  assert.match(paper, /未打印$/)
  await officer.keys(paper[0])
  const canvas = await officer.place('img', '受理回执 第 1 页')
  await until('the painted paper', async () => showsPaper(part(pixels(await officer.picture()), canvas)))
  assert.equal(station.printed().length, 0, 'nothing is printed by looking')
  await officer.keys(KEY.F12)
  await officer.sees('打印记录')
  const [file] = station.printed()
  const text = execFileSync('pdftotext', ['-enc', 'UTF-8', file, '-'], { encoding: 'utf8' })
  const bare = (one) => one.replace(/[^0-9A-Za-z]/g, '')
  assert.ok(bare(text).includes(bare(number)), 'the printed receipt has the number of the screen')
})

step('everything ends with the window and the station', async () => {
  await counter.end(station)
  await station.end()
})
