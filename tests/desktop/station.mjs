// The demo station on its own folder, and its windows.

import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { ended, hand, killed, lives, named, root, withMark } from './process.mjs'
import { Page } from './page.mjs'
import { Driver, KEY, until } from './webdriver.mjs'

const folder = process.env.DESKTOP_FOLDER
const programs = process.env.DESKTOP_PROGRAMS
if (!folder || !programs) throw new Error('run tests/desktop/run')
const call = promisify(execFile)

/** The first start makes a hundred thousand invented people where nobody made them before. */
const START_MS = 240_000
/** In the environment of every process of a station, so that none of them is overlooked. */
const MARK = 'DESKTOP_STATION'

/** The demo people, from their file: keys in the order of the members, with name and number. */
export const people = new Map(Array.from(
  readFileSync(join(root, 'assets/demo/people.toml'), 'utf8').matchAll(/^key = "(\w+)"\nnumber = "(\w+)"\nname = "([^"]+)"/gm),
  ([, key, number, name]) => [key, { number, name }]))

export class Station {
  /** Folders of its own for everything that a program of this account may write to. */
  constructor(name) {
    this.home = join(folder, name)
    this.mark = `${MARK}=${this.home}`
    const own = (part) => {
      mkdirSync(join(this.home, part), { recursive: true, mode: 0o700 })
      return join(this.home, part)
    }
    this.state = join(this.home, 's')
    this.environment = {
      ...process.env,
      [MARK]: this.home,
      HOME: own('home'), TMPDIR: own('temp'),
      XDG_DATA_HOME: own('data'), XDG_CACHE_HOME: own('cache'), XDG_CONFIG_HOME: own('config'), XDG_STATE_HOME: own('kept'),
      XDG_RUNTIME_DIR: own('run'),
      RUST_BACKTRACE: '0',
      NODE_OPTIONS: '',
    }
  }

  arguments(...more) {
    return ['--state', this.state, '--assets', join(root, 'assets'), '--ui', join(root, 'ui/dist'), ...more]
  }

  /** Starts it, and waits until it says that everything is there. */
  async start(...options) {
    this.lines = []
    this.demo = spawn(join(programs, 'demo'), this.arguments('run', ...options), {
      env: this.environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
    })
    this.said = ''
    this.demo.stderr.on('data', (data) => { this.said += data })
    createInterface({ input: this.demo.stdout }).on('line', (line) => this.lines.push(line))
    await until('the station', () => {
      if (this.demo.exitCode !== null) throw new Error(`demo ended with ${this.demo.exitCode}: ${this.said}`)
      return this.lines.some((line) => line.startsWith('Ctrl-C'))
    }, START_MS)
    return this
  }

  /** The words that start the window `name`. */
  window(name) {
    return this.lines.filter((line) => line.startsWith('["')).map((line) => JSON.parse(line)).find((words) => words.includes(name))
  }

  /** Lays a card on the reader; '0' lifts it. */
  async card(key) {
    const { stdout } = await call(join(programs, 'demo'), this.arguments('card', key), { env: this.environment })
    if (!stdout.startsWith('已')) throw new Error(stdout)
  }

  /** Files that came out of the printer. */
  printed() {
    const spool = join(this.state, 'printer/received')
    return existsSync(spool) ? readdirSync(spool).filter((name) => name.endsWith('.printed')).map((name) => join(spool, name.slice(0, -'.printed'.length))) : []
  }

  /** Every process of the station that still lives. */
  processes() { return withMark(this.mark) }

  /** Ctrl-C, as a terminal sends it. Answers once no process of the station lives. */
  async end() {
    await ended(this.demo, 'SIGINT')
    await until('the end of all programs', () => {
      const left = this.processes()
      if (left.length > 0) throw new Error(`still there:\n${named(left)}`)
      return true
    }, 10_000)
  }

  /** For the end of a test, however it ended: nothing lives on. */
  async clear() {
    if (this.demo && this.demo.exitCode === null) await ended(this.demo, 'SIGINT').catch(() => undefined)
    for (const process of this.processes()) try { globalThis.process.kill(process, 'SIGKILL') } catch { /* It has ended meanwhile. */ }
    if (this.demo) await killed(this.demo)
  }
}

/** Both windows of 柜台一 under a driver. */
export class Counter {
  static async open(station, name = '柜台一') {
    const counter = new Counter()
    counter.driver = await Driver.start(station.window(name), station.environment)
    const { driver } = counter
    const handles = await until('both windows', async () => {
      const found = new Map()
      for (const handle of await driver.handles()) {
        await driver.to(handle)
        found.set(await driver.script('return location.pathname'), handle)
      }
      const [applicant, officer] = [found.get('/applicant.html'), Array.from(found).find(([path]) => path !== '/applicant.html')?.[1]]
      return applicant && officer && { applicant, officer }
    })
    counter.officer = new DrivenWindow(driver, handles.officer, `${name} · 窗口终端`)
    counter.applicant = new DrivenWindow(driver, handles.applicant, `${name} · 客屏`)
    return counter
  }

  /** Ends the window in order, then its driver: a driver that ends first may or may not take the window with it. */
  async end(station) {
    const program = this.process(station)
    process.kill(program, 'SIGTERM')
    await until('the end of the window', () => !lives(program))
    await this.driver.abandon()
  }

  /** Number of the window's program. */
  process(station) {
    const windows = station.processes().filter((one) => {
      try { return readFileSync(`/proc/${one}/cmdline`, 'latin1').split('\0')[0].endsWith('/window-terminal') } catch { return false }
    })
    if (windows.length !== 1) throw new Error(`${windows.length} windows run`)
    return windows[0]
  }
}

/** One of the windows that a driver holds: it has to be chosen before it is asked. */
export class DrivenWindow extends Page {
  constructor(driver, handle, title) {
    super(async (script, args) => {
      await this.choose()
      return driver.script(script, ...args)
    }, until)
    Object.assign(this, { driver, handle, title })
  }

  async choose() {
    if (this.driver.chosen === this.handle) return
    await this.driver.to(this.handle)
    this.driver.chosen = this.handle
  }

  async keys(text) { await this.choose(); await this.driver.keys(text) }
  async chord(...keys) { await this.choose(); await this.driver.chord(...keys) }
  async draw(strokes) { await this.choose(); await this.driver.draw(strokes) }
  async picture() { await this.choose(); return this.driver.picture() }

  /** A click in the middle of what has this role and name. */
  async press(role, name, options) {
    const { x, y, width, height } = await this.place(role, name, options)
    await this.draw([[[Math.round(x + width / 2), Math.round(y + height / 2)]]])
  }

  /** Calls the shell as the page's own script could; answers `{ value }` or `{ error }`. */
  async ask(entry, command, payload) {
    await this.choose()
    return this.driver.asyncScript(`return window.__TAURI_INTERNALS__.invoke(args[0], { command: args[1], payload: args[2] })`, entry, command, payload)
      .then(({ value, error }) => (error === undefined ? { value } : { error }))
  }

  /** Fetches a file of the terminal as the page could. */
  async fetch(path, whole = false) {
    await this.choose()
    const { value, error } = await this.driver.asyncScript(`
      const answer = await fetch('terminal://localhost/' + args[0])
      return { status: answer.status, media: answer.headers.get('content-type'), ...(args[1] ? { text: await answer.text() } : {}) }`, path, whole)
    return value ?? { status: 0, error }
  }

  /** How characters are drawn in the font of a field: dark pixels, and the picture to compare. */
  async drawn(role, name, options, characters) {
    await this.place(role, name, options)
    return this.evaluate(`
      const [role, name, within, characters] = arguments[0]
      const font = getComputedStyle(elements(role, name, elements(...within)[0])[0])
      return characters.map((one) => {
        const canvas = document.createElement('canvas')
        canvas.width = canvas.height = 64
        const context = canvas.getContext('2d', { willReadFrequently: true })
        context.font = font.fontWeight + ' 48px ' + font.fontFamily
        context.textBaseline = 'middle'
        context.fillText(one, 8, 32)
        const alpha = Array.from(context.getImageData(0, 0, 64, 64).data.filter((_, at) => at % 4 === 3))
        return { dark: alpha.filter((one) => one > 127).length, picture: alpha.map((one) => (one > 127 ? '#' : '.')).join('') }
      })`, [role, name, options.within, characters])
  }

  /** Real keys of the display: the only way by which characters beyond the basic plane reach the page. */
  async type(text) {
    hand('windowactivate', '--sync', hand('search', '--name', `^${this.title}$`))
    hand('type', '--delay', '60', text)
  }
}

/** Logs in at the officer window. */
export async function logIn(window, officer) {
  await window.place('textbox', '警号或辅警编号')
  await window.keys(`${officer}${KEY.enter}jiangcheng-${officer}${KEY.enter}`)
  await window.sees('常办事项')
}
