// What an ordinary window leaves on the disk: nothing of a person in clear, while it runs and after it was killed.

import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openInspected } from './inspected.mjs'
import { part, pixels, showsPaper, showsScan } from './png.mjs'
import { killed } from './process.mjs'
import { Station, people } from './station.mjs'
import { picture, story } from './steps.mjs'
import { until } from './webdriver.mjs'

const station = new Station('traces')
const mother = people.get('shen_mother')
const NAME = '周𠮷𬭚㛃'
const PHONE = '19912345678'
let window, officer

const step = story('traces', async () => {
  if (window) await killed(window.child)
  await station.clear()
})
const inside = (section) => ({ within: ['region', section] })

/** Clicks into a field and waits for its cursor. */
async function into(role, section, label) {
  await officer.press(role, label, inside(section))
  await until(`the cursor in ${label}`, async () => (await officer.focus()).startsWith(`${role} ${label}`))
}

/** Waits until a picture stands whole on the display, so that the web view has had it in its hands. */
async function painted(file, name, shows) {
  const box = await officer.onDisplay('img', name)
  let before
  await until(`the painted ${file}`, () => {
    const page = part(pixels(readFileSync(picture(file))), box)
    const still = before?.equals(page.samples)
    before = page.samples
    return shows(page) && still
  })
}

/** Everything that the window, its web view, device hosts and paper worker may write to. */
const places = () => [
  ...['home', 'temp', 'data', 'cache', 'config', 'kept', 'run'].map((part) => join(station.home, part)),
  ...['windows', 'locks', 'logs', 'devices'].map((part) => join(station.state, part)),
]

function files(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((name) => {
    try { return lstatSync(name).isFile() } catch { return false }
  })
}

/**
 * Shorter words meet encrypted bytes by chance: a name of two characters has four bytes in UTF-16, and one in four hundred
 * stores of ten megabytes has such four somewhere. They are searched for in every other file; in the store a person's
 * number, which stands beside the name, is searched for in each encoding.
 */
const LEAST_BYTES = 6
const isEncrypted = (file) => /\/store\/(terminal\.db(-wal|-shm)?|blobs\/.+)$/.test(file)

/** What must not stand anywhere, in every encoding that a program here could choose. */
function needles() {
  const words = [...people.values()].flatMap(({ name, number }) => [name, number]).concat(NAME, PHONE)
  const all = words.flatMap((word) => {
    const wide = Buffer.from(word, 'utf16le')
    return [
      [`${word} in UTF-8`, Buffer.from(word)], [`${word} in UTF-16LE`, wide], [`${word} in UTF-16BE`, Buffer.from(wide).swap16()],
      [`${word} in GB18030`, execFileSync('iconv', ['-f', 'UTF-8', '-t', 'GB18030'], { input: word })],
    ]
  })
  // A scanned page or a paper would tell more than a name.
  const pictures = [['a picture', Buffer.from('\0\x10JFIF\0')], ['a paper', Buffer.from('%PDF-1')]]
  return [...all, ...pictures]
}

function search(folders) {
  const wanted = needles()
  const found = []
  let count = 0
  for (const file of folders.flatMap(files)) {
    let bytes
    try { bytes = readFileSync(file) } catch { continue }
    count += 1
    const sought = isEncrypted(file) ? wanted.filter(([, needle]) => needle.length >= LEAST_BYTES) : wanted
    for (const [what, needle] of sought) if (bytes.includes(needle)) found.push(`${what}: ${file}`)
  }
  return { found, count }
}

step('an open case with rare names, a scan and a paper in an ordinary window', async () => {
  await station.start('--without-windows')
  window = await openInspected(station, '柜台一', join(station.home, 'window.log'))
  officer = window.officer
  await officer.place('textbox', '警号或辅警编号')
  officer.front()
  officer.type('F0001\njiangcheng-F0001\n')
  await officer.sees('常办事项')
  await station.card('shen_mother')
  await officer.sees(mother.number)
  officer.type((await officer.names('button')).find((name) => /^\d 出生登记随母入户$/.test(name))[0])
  await officer.place('button', '提交')
  await station.card('0')
  await until('the cursor at the situations', async () => await officer.focus() === 'region 情形')
  officer.type('1')
  await officer.sees('还差：孩子是婚内生育吗？')
  officer.type('1')
  await officer.place('region', '父亲')
  for (const [section, label, text] of [
    ['申请人', '联系电话', PHONE], ['母亲', '公民身份号码', mother.number], ['父亲', '公民身份号码', people.get('zhou_father').number],
    ['新生儿', '出生证编号', 'Z990000001'], ['新生儿', '姓名', NAME],
  ]) {
    await into('textbox', section, label)
    officer.type(text)
    await until(`${label} as typed`, async () => (await officer.says('textbox', label, inside(section))).replace(/\s/g, '') === text)
  }
  await officer.sees('父亲户籍 已核验相符')
  await into('combobox', '新生儿', '性别')
  officer.type('2\n')
  await until('the next field', async () => (await officer.focus()).startsWith('combobox 民族'))
  await officer.sees('已保存')
  picture('window')
})

step('its pages are seen', async () => {
  officer.key('F10')
  await officer.place('button', '婴儿母亲《居民户口簿》', { within: ['navigation', '材料'] })
  await officer.place('button', '扫描')
  officer.key('F10')
  await painted('scan', '婴儿母亲《居民户口簿》 第 1 页', showsScan)
  await officer.sees('已扫描 1 页')
  officer.key('Escape')
  await officer.place('button', '提交')
  officer.key('F11')
  await painted('paper', '一次性告知单 第 1 页', showsPaper)
  officer.key('Escape')
  await officer.place('button', '提交')
})

step('the search finds what it is made for', () => {
  const planted = join(station.home, 'planted')
  mkdirSync(planted)
  for (const [at, [, needle]] of needles().entries()) writeFileSync(join(planted, `${at}`), Buffer.concat([Buffer.from([0, 255]), needle, Buffer.from('\n')]))
  const { found } = search([planted])
  for (const [what] of needles()) assert.ok(found.some((one) => one.startsWith(`${what}:`)), what)
})

step('while it runs, nothing of a person stands in clear', () => {
  const { found, count } = search(places())
  assert.ok(count > 20, `${count} files were searched`)
  assert.ok(files(join(station.state, 'windows/柜台一/webkit')).length > 0, 'the web view has a folder there')
  assert.deepEqual(found, [])
})

step('no process of the window writes anywhere else', () => {
  const elsewhere = []
  for (const one of [window.child.pid, ...station.processes()]) {
    let name
    try { name = readFileSync(`/proc/${one}/comm`, 'utf8').trim() } catch { continue }
    if (!/^(window-terminal|WebKit|device-host|paper-worker)/.test(name)) continue
    for (const number of readdirSync(`/proc/${one}/fd`)) {
      let target, mode
      try {
        target = readlinkSync(`/proc/${one}/fd/${number}`)
        mode = Number.parseInt(/^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${one}/fdinfo/${number}`, 'utf8'))[1], 8) & 3
      } catch { continue }
      if (mode === 0 || !target.startsWith('/') || /^\/(dev|memfd:|proc)/.test(target)) continue
      if (!target.startsWith(station.home)) elsewhere.push(`${name}: ${target}`)
    }
  }
  assert.deepEqual(elsewhere, [])
})

step('after it was killed, nothing of a person stands in clear', async () => {
  await killed(window.child)
  const { found } = search(places())
  assert.deepEqual(found, [])
})

step('the station ends', async () => { await station.end() })
