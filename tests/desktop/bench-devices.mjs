// A row of `make bench-devices` in the real window: pictures of a camera that are painted in a second, from a film that
// gives as many as are fetched. Started by tests/desktop/run; nothing here fails for being slow.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Counter, Station, logIn } from './station.mjs'
import { KEY, until } from './webdriver.mjs'

const SIZES = [[1280, 720], [1920, 1080]]
/** What the terminal wishes of a camera; more is not asked for. */
const WISHED = 30
const GOAL = 25
const SECONDS = 10

const films = mkdtempSync(join(tmpdir(), 'films-'))

async function rate(width, height) {
  const film = join(films, `${height}.mjpeg`)
  execFileSync(join(process.env.DESKTOP_PROGRAMS, 'examples/film'), [film, String(width), String(height)])
  const station = new Station(`look-${height}`)
  let counter
  try {
    await station.start('--without-windows')
    const file = join(station.state, 'devices/柜台一.json')
    const devices = JSON.parse(readFileSync(file, 'utf8'))
    devices.classes.camera = [{ driver: 'camera-stream', path: film, name: '照相机', settings: { frames_per_second: 0 } }]
    writeFileSync(file, JSON.stringify(devices))
    counter = await Counter.open(station)
    const { officer } = counter
    await logIn(officer, 'F0001')
    await officer.chord(KEY.alt, 'b')
    await officer.sees('照相机')
    const painted = () => officer.evaluate(`const one = document.querySelector('canvas[data-painted]'); return one ? Number(one.dataset.painted) : 0`)
    await until('the camera', async () => {
      await officer.press('button', '看画面 V')
      return true
    })
    await until('moving pictures', async () => (await painted()) > WISHED)
    const [before, begun] = [await painted(), performance.now()]
    await pause(SECONDS * 1000)
    const [after, ended] = [await painted(), performance.now()]
    return (after - before) * 1000 / (ended - begun)
  } finally {
    await counter?.driver.abandon()
    await station.clear()
  }
}

try {
  for (const [width, height] of SIZES) {
    const what = `pictures painted in the window, ${width} × ${height}`
    console.log(`${what.padEnd(52)} ${(await rate(width, height)).toFixed(1).padStart(9)} a second   (wished ${WISHED})`)
  }
  console.log(`    goal ${GOAL} a second`)
} finally {
  rmSync(films, { recursive: true, force: true })
}
