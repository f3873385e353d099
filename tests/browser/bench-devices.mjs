// A row of `make bench-devices` at a screen: how long the window stands still while its device hosts are killed and hung.
// Nothing here fails for being slow.

import { inside, login } from './counter.mjs'
import { startStation } from './station.mjs'
import { startBrowser, Window } from './window.mjs'

/** Deaths and hangs, half each. */
const BLOWS = Number(process.env.BLOWS ?? 40)
const PAUSE_MS = 400
const pause = (time) => new Promise((later) => setTimeout(later, time))

/** Begins to note the longest time between two painted frames, and the longest that a command took. */
const watch = (page) => page.evaluate(() => {
  window.stall = { frame: 0, frames: 0 }
  let last = performance.now()
  const look = (now) => {
    window.stall.frame = Math.max(window.stall.frame, now - last)
    window.stall.frames += 1
    last = now
    requestAnimationFrame(look)
  }
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(look) })
})

const station = await startStation()
const browser = await startBrowser()
try {
  const counter = await Window.open(browser, station.officer('柜台一'))
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await counter.key('Alt+B')
  await counter.page.getByRole('heading', { level: 1, name: '设备' }).waitFor()
  await pause(3000)
  await watch(counter.page)
  await pause(5000)
  const calm = await counter.page.evaluate(() => window.stall)
  await watch(counter.page)
  for (let blow = 0; blow < BLOWS; blow += 1) {
    if (blow % 2) station.freeze('device-host')
    else station.kill('device-host')
    await counter.key(blow % 4 < 2 ? 'ArrowDown' : 'ArrowUp')
    await pause(PAUSE_MS)
  }
  const worst = await counter.page.evaluate(() => window.stall)
  const row = (what, { frame, frames }) => console.log(`${what.padEnd(52)} ${frame.toFixed(2).padStart(9)} ms   ${frames} frames`)
  row("the window's longest stall, nothing wrong", calm)
  row(`the window's longest stall, ${BLOWS} hosts killed or hung`, worst)
  console.log('    goal 100 ms')
  await counter.close()
} finally {
  await browser.close()
  await station.end()
}
