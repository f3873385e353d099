// `demo run` as a stranger uses it: what opens, how long the second start takes, what Ctrl-C leaves.

import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { part, pixels } from './png.mjs'
import { below, hand, killed, lives, named, root } from './process.mjs'
import { Station } from './station.mjs'
import { story } from './steps.mjs'
import { until } from './webdriver.mjs'

const station = new Station('start')
const step = story('start', () => station.clear())

/** The colour of the bar above every page, from the file of colours. */
const bar = Number.parseInt(/--blue-deep: #([0-9a-f]{6})/.exec(readFileSync(join(root, 'ui/src/design/tokens.css'), 'utf8'))[1], 16)

/** Numbers of the windows with a title. */
function windows(title) {
  try {
    return hand('search', '--onlyvisible', '--name', `^${title}$`).split('\n').filter(Boolean)
  } catch { return [] }
}

function box(window) {
  const said = hand('getwindowgeometry', '--shell', window)
  const [x, y, width, height] = ['X', 'Y', 'WIDTH', 'HEIGHT'].map((name) => Number(new RegExp(`^${name}=(-?\\d+)`, 'm').exec(said)[1]))
  return { x, y, width, height }
}

/** Whether the page stands in a window: its bar from one side to the other, and more than the bar. */
function painted(window) {
  const file = join(station.home, 'screen.png')
  execFileSync('scrot', ['--silent', '--overwrite', file])
  const page = part(pixels(readFileSync(file)), box(window))
  const colour = (x, y) => { const at = (y * page.width + x) * page.channels; return page.samples.readUIntBE(at, 3) }
  const across = [4, page.width - 4].every((x) => colour(x, 6) === bar)
  const others = new Set(Array.from({ length: page.height }, (_, y) => colour(page.width >> 1, y)))
  return across && others.size > 3
}

async function shown(title) {
  const window = await until(`the window “${title}”`, () => windows(title)[0])
  hand('windowactivate', '--sync', window)
  await until(`the page of “${title}”`, () => painted(window))
}

/** Does what ends the station; then nothing that was started lives. */
async function nothingIsLeftOf(end) {
  const started = Array.from(new Set([station.demo.pid, ...below(station.demo.pid), ...station.processes()]))
  assert.ok(started.length > 5, `${started.length} programs run`)
  const names = named(started)
  await end()
  await until('the end of every program', () => {
    const left = started.filter(lives)
    if (left.length > 0) throw new Error(`${left} left of\n${names}`)
    return true
  })
  assert.deepEqual(station.processes(), [])
}

/** Ctrl-C as a terminal sends it, to the whole foreground group. */
const interrupt = () => nothingIsLeftOf(async () => {
  process.kill(-station.demo.pid, 'SIGINT')
  await station.end()
  assert.equal(station.demo.exitCode, 0, station.said)
})

step('with a display both windows and the applicant screen open, ready to log in', async () => {
  await station.start()
  for (const title of ['柜台一 · 窗口终端', '柜台一 · 客屏', '所长室 · 窗口终端']) await shown(title)
  assert.deepEqual(windows('所长室 · 客屏'), [], 'no citizen comes to the head')
})

step('Ctrl-C ends everything with its windows', async () => {
  await interrupt()
  for (const title of ['柜台一 · 窗口终端', '柜台一 · 客屏', '所长室 · 窗口终端']) assert.deepEqual(windows(title), [])
})

step('the second start is measured', async (test) => {
  const begin = performance.now()
  const started = station.start()
  const officer = '柜台一 · 窗口终端'
  const window = await until('the first window', () => windows(officer)[0])
  // The other window may have come in front of it.
  await until('its page', () => {
    hand('windowraise', window)
    return painted(window)
  })
  test.diagnostic(`second start: ${((performance.now() - begin) / 1000).toFixed(1)} s from the command to the log-in page`)
  await started
  await shown('所长室 · 窗口终端')
  test.diagnostic(`second start: ${((performance.now() - begin) / 1000).toFixed(1)} s to both windows`)
  await interrupt()
})

step('without a display it says the addresses of the same pages, and Ctrl-C ends everything', async () => {
  delete station.environment.DISPLAY
  await station.start()
  const addresses = station.lines.flatMap((line) => Array.from(line.matchAll(/(\S+) (民警窗口|客屏)\s+(http:\/\/127\.0\.0\.1:\S+)/g), ([, name, kind, address]) => ({ name, kind, address })))
  assert.deepEqual(addresses.map(({ name, kind }) => `${name} ${kind}`).sort(), ['所长室 客屏', '所长室 民警窗口', '柜台一 客屏', '柜台一 民警窗口'].sort())
  for (const { address } of addresses) {
    const answer = await fetch(address, { redirect: 'manual' })
    assert.ok(answer.status < 400 && answer.headers.get('set-cookie'), `${answer.status}`)
  }
  await interrupt()
})

step('killed without a word, it leaves nothing either', async () => {
  await station.start()
  await nothingIsLeftOf(() => killed(station.demo))
})
