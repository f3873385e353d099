// Rows of `make bench` at a screen: from the key to what is painted. Figures beside those of a bare page of the same
// browser; nothing here fails for being slow.

import { inside, login } from './counter.mjs'
import { startStation } from './station.mjs'
import { startBrowser, until, Window } from './window.mjs'

/** The matter with the most fields that are on the screen from the start. */
const LARGEST = 'T023'
const KEYS = 60
const OPENINGS = 7

const share = (times, percent) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * percent / 100))]
function line(what, time, anchor) {
  const figure = `${what.padEnd(42)} ${time.toFixed(2).padStart(9)} ms`
  console.log(anchor ? `${figure}   ${(time / anchor).toFixed(2)} × ${anchor.toFixed(2)} ms` : figure)
}

/** Keys that a keyboard really has, so that each has its own moment: initials of a road, a house, a room. */
const TYPED = 'hyl18 2301'

/** Times in the page from the moment of a key until the frame after the change that it made was painted. */
async function watchKeys(page) {
  await page.evaluate(() => {
    window.painted = []
    if (window.watching) return
    window.watching = true
    let pressed = null
    addEventListener('keydown', (event) => { pressed = event.timeStamp }, true)
    addEventListener('input', () => {
      const from = pressed
      if (from === null) return
      pressed = null
      // The task after a frame's callbacks runs when the frame has been handed to the screen.
      requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = () => window.painted.push(performance.now() - from); channel.port2.postMessage(0) })
    }, true)
  })
}

/** Presses one key after another, each when the one before is on the screen. */
async function typeTimed(page) {
  await watchKeys(page)
  for (let at = 0; at < KEYS; at += 1) {
    await page.keyboard.press(TYPED[at % TYPED.length] === ' ' ? 'Space' : TYPED[at % TYPED.length])
    await until('a painted key', () => page.evaluate((count) => window.painted.length > count, at))
  }
  const times = await page.evaluate(() => window.painted)
  if (times.length !== KEYS) throw new Error(`${KEYS} keys were pressed, ${times.length} painted`)
  return times
}

/** From Enter on the matter until its form is painted. */
async function openTimed(counter) {
  await counter.key('F2')
  await counter.key('F3')
  await counter.page.getByRole('combobox', { name: '事项' }).fill(LARGEST)
  await counter.page.getByRole('option', { selected: true }).first().waitFor()
  await counter.page.evaluate(() => {
    window.opened = undefined
    performance.clearResourceTimings()
    let pressed = 0
    addEventListener('keydown', (event) => { if (event.key === 'Enter') pressed = event.timeStamp }, { capture: true, once: true })
    const look = () => {
      if (!document.querySelector('[role=form] [data-field-control]')) { requestAnimationFrame(look); return }
      const channel = new MessageChannel()
      channel.port1.onmessage = () => {
        const asked = performance.getEntriesByType('resource').filter((one) => one.startTime >= pressed && one.initiatorType === 'fetch')
        // Requests under way at the same time count once.
        let answered = 0, until = 0
        for (const one of asked.toSorted((a, b) => a.startTime - b.startTime)) {
          answered += Math.max(0, one.responseEnd - Math.max(one.startTime, until))
          until = Math.max(until, one.responseEnd)
        }
        window.opened = { took: performance.now() - pressed, answered }
      }
      channel.port2.postMessage(0)
    }
    requestAnimationFrame(look)
  })
  await counter.key('Enter')
  return until('the form', () => counter.page.evaluate(() => window.opened))
}

const station = await startStation()
const browser = await startBrowser()
try {
  const bare = await (await browser.newContext()).newPage()
  await bare.setContent('<input autofocus>')
  await bare.focus('input')
  const anchor = await typeTimed(bare)
  const counter = await Window.open(browser, station.officer('柜台一'))
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  const openings = []
  for (let turn = 0; turn < OPENINGS; turn += 1) openings.push(await openTimed(counter))
  const fields = await counter.page.locator('[role=form] [data-field]').count()
  const [took, answered] = ['took', 'answered'].map((part) => openings.map((one) => one[part]))
  line('form opening, first', took[0], share(anchor, 50))
  line(`form opening, median (${fields} fields)`, share(took, 50), share(anchor, 50))
  line('of it the commands of the terminal, median', share(answered, 50), share(anchor, 50))
  for (const [what, wanted] of [['text', '[data-field] textarea, .type-text input'], ['address', '.type-address input']]) {
    await counter.page.locator(wanted).first().click()
    const keys = await typeTimed(counter.page)
    line(`key to screen, ${what} field, median`, share(keys, 50), share(anchor, 50))
    line(`key to screen, ${what} field, p99`, share(keys, 99), share(anchor, 99))
  }
  await counter.picture('bench-form')
  await counter.close()
} finally {
  await browser.close()
  await station.end()
}
