// A client of WebKitWebDriver, as small as these tests need it (W3C WebDriver, level 2).

import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { killed } from './process.mjs'

/** Nothing in a window takes longer on a busy PC of two cores. */
export const PATIENCE_MS = 30_000
/** Between two looks at a condition. */
const LOOK_MS = 25

/** Looks until `look` gives something, or throws what it last threw. */
export async function until(what, look, patience = PATIENCE_MS) {
  const end = Date.now() + patience
  for (let last; ;) {
    try {
      const found = await look()
      if (found) return found
      last = undefined
    } catch (error) {
      last = error
    }
    if (Date.now() > end) throw new Error(`waited ${patience / 1000} s for ${what}${last ? `: ${last.message}` : ''}`)
    await pause(LOOK_MS)
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

export class Driver {
  /** Starts the driver and, by it, the program `words` with its arguments. */
  static async start(words, environment) {
    const driver = new Driver()
    const port = await freePort()
    driver.base = `http://127.0.0.1:${port}`
    driver.process = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
      env: { ...environment, TAURI_WEBVIEW_AUTOMATION: 'true' }, stdio: ['ignore', 'inherit', 'inherit'],
    })
    await until('the driver', async () => (await driver.send('GET', '/status')).ready)
    const [binary, ...args] = words
    const capabilities = { alwaysMatch: { browserName: 'wry', 'webkitgtk:browserOptions': { binary, args } } }
    const { sessionId } = await driver.send('POST', '/session', { capabilities })
    driver.session = `/session/${sessionId}`
    return driver
  }

  async send(method, path, body) {
    const answer = await fetch(this.base + path, { method, body: method === 'POST' ? JSON.stringify(body ?? {}) : undefined })
    const { value } = await answer.json()
    if (!answer.ok) throw new Error(`${value.error}: ${value.message}`)
    return value
  }

  get(path) { return this.send('GET', this.session + path) }
  post(path, body) { return this.send('POST', this.session + path, body) }

  handles() { return this.get('/window/handles') }
  to(handle) { return this.post('/window', { handle }) }

  /** Runs the body of a function in the page. */
  script(script, ...args) {
    return this.post('/execute/sync', { script, args })
  }

  /** Runs the body of an asynchronous function in the page. */
  asyncScript(script, ...args) {
    return this.post('/execute/async', { script: `const done = arguments[arguments.length - 1]; (async (...args) => { ${script} })(...arguments).then((value) => done({ value }), (error) => done({ error: error instanceof Error ? String(error) : error }))`, args })
  }

  /** Keys for whatever has the focus. Only characters of the basic plane: the driver drops all others. */
  async keys(text) {
    const actions = Array.from(text).flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }])
    await this.post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] })
  }

  /** Presses one key, with modifiers held: chord(ALT, 'f'). */
  async chord(...keys) {
    const down = keys.map((value) => ({ type: 'keyDown', value }))
    const up = keys.slice().reverse().map((value) => ({ type: 'keyUp', value }))
    await this.post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions: [...down, ...up] }] })
  }

  /** Strokes of the mouse, each a list of points in the page; a stroke takes `duration` milliseconds a point. */
  async draw(strokes, duration = 20) {
    const actions = strokes.flatMap(([[x, y], ...rest]) => [
      { type: 'pointerMove', duration: 0, x, y }, { type: 'pointerDown', button: 0 },
      ...rest.map(([x, y]) => ({ type: 'pointerMove', duration, x, y })), { type: 'pointerUp', button: 0 },
    ])
    await this.post('/actions', { actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }] })
  }

  /** Picture of the page, as PNG. */
  async picture() { return Buffer.from(await this.get('/screenshot'), 'base64') }

  /** Ends the driver. */
  async abandon() { await killed(this.process) }
}

/** Names of keys (section 17.4.2). */
export const KEY = {
  enter: '\uE007', escape: '\uE00C', control: '\uE009', alt: '\uE00A', F10: '\uE03A', F12: '\uE03C',
}
