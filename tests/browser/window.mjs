// Windows in Debian's Chromium. What a window says against itself makes its case fail: an uncaught exception, a line of
// console.error, an answer of 400 or more that the case did not announce.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '../../ui/node_modules/playwright-core/index.mjs'
import { repository } from './station.mjs'

/** Longest wait for anything on a screen: a busy PC with two cores prints a paper in ten seconds. */
export const PATIENCE = 30_000
const pictures = join(repository, 'target/browser')

export async function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    // The sandbox of Chromium does not work for root.
    args: process.getuid() === 0 ? ['--no-sandbox'] : [],
  })
}

export class Window {
  #faults = []
  #announced = []
  #answers = []
  #closing = false

  /** Opens the address that the station printed, in a context of its own: windows share nothing. */
  static async open(browser, address, size = { width: 1280, height: 1024 }, scale = 1) {
    const context = await browser.newContext({ viewport: size, deviceScaleFactor: scale, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE)
    const window = new Window(page)
    await page.goto(address)
    return window
  }

  constructor(page) {
    this.page = page
    page.on('pageerror', (error) => this.#faults.push(`uncaught: ${error.message}`))
    page.on('console', (message) => {
      // Answers of 400 and more are judged below, where the command is known.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) this.#faults.push(`console: ${message.text()}`)
    })
    page.on('response', (response) => { if (response.status() >= 400) this.#answers.push(this.#judge(response)) })
    page.on('requestfailed', (request) => {
      // What the page itself gave up, such as a picture of a page that was left, is no fault.
      if (!this.#closing && request.failure()?.errorText !== 'net::ERR_ABORTED') this.#faults.push(`no answer: ${request.url()} ${request.failure()?.errorText}`)
    })
  }

  async #judge(response) {
    const path = new URL(response.url()).pathname
    const code = await response.json().then((answer) => answer.code, () => '')
    // A picture of another terminal may be on its way yet: the window says so in its place and asks again.
    if (code === 'BLOB_ON_ITS_WAY') return
    const at = this.#announced.findIndex((one) => path === `/rpc/${one.command}` && one.code.test(code))
    if (at < 0) this.#faults.push(`${response.status()} ${path} ${code}`)
    else this.#announced[at].seen = true
  }

  /** A refusal that belongs to the case: it may come more than once, and must come unless it `may`. */
  refused(command, code, may = false) { this.#announced.push({ command, code: new RegExp(`^${code}$`), seen: may }) }

  /** Fails when the window said anything against itself since the last look. */
  async check() {
    await Promise.all(this.#answers.splice(0))
    const faults = this.#faults.splice(0).concat(this.#announced.splice(0).filter((one) => !one.seen).map((one) => `${one.command} was not refused with ${one.code}`))
    if (faults.length) throw new Error(`the window says:\n${faults.join('\n')}`)
  }

  async close() {
    this.#closing = true
    await this.page.context().close()
  }

  picture(name) {
    mkdirSync(pictures, { recursive: true })
    return this.page.screenshot({ path: join(pictures, `${name}.png`) })
  }

  key(...keys) { return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve()) }
  type(text) { return this.page.keyboard.type(text) }
  text(words, options) { return this.page.getByText(words, options) }
  button(name, options) { return this.page.getByRole('button', { name, ...options }) }
  /** Waits until a button can be used; its key can then, too. */
  ready(name) { return this.page.getByRole('button', { name, disabled: false }).first().waitFor() }
  region(name, options) { return this.page.getByRole('region', { name, exact: true, ...options }) }

  /** Waits until something with these words is seen. */
  async sees(words, options) { await this.page.getByText(words, options).first().waitFor() }
  async gone(words, options) { await this.page.getByText(words, options).first().waitFor({ state: 'hidden' }) }
}

/** Waits until `look` gives something; `what` is said when it does not. */
export async function until(what, look, limit = PATIENCE) {
  const last = Date.now() + limit
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > last) throw new Error(`waited ${limit} ms for ${what}`)
    await new Promise((later) => setTimeout(later, 40))
  }
}
