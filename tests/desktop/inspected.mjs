// A window as a person has it, without a driver: real keys of the display, and WebKit's inspector to look into the
// page. Only builds for development let it in.

import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { Page } from './page.mjs'
import { hand } from './process.mjs'
import { freePort, until } from './webdriver.mjs'

/** The inspector's address, as WebKitGTK reads it. */
const INSPECTOR = 'WEBKIT_INSPECTOR_HTTP_SERVER'

/** A conversation with one page in the inspector's protocol. */
class Conversation {
  constructor(address) {
    this.socket = new WebSocket(address)
    this.waiting = new Map()
    this.count = 0
    this.target = new Promise((resolve, reject) => {
      this.socket.onerror = () => reject(new Error('the inspector does not answer'))
      this.socket.onmessage = ({ data }) => {
        const { method, params } = JSON.parse(data)
        if (method === 'Target.targetCreated' && params.targetInfo.type === 'page') resolve(params.targetInfo.targetId)
        if (method !== 'Target.dispatchMessageFromTarget') return
        const answer = JSON.parse(params.message)
        this.waiting.get(answer.id)?.(answer)
        this.waiting.delete(answer.id)
      }
    })
  }

  async evaluate(expression) {
    const targetId = await this.target
    const id = this.count += 1
    const answered = new Promise((resolve) => this.waiting.set(id, resolve))
    const message = JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression, returnByValue: true } })
    this.socket.send(JSON.stringify({ id, method: 'Target.sendMessageToTarget', params: { targetId, message } }))
    const { result, error } = await answered
    if (error || result.wasThrown) throw new Error(error?.message ?? result.result.description)
    return result.result.value
  }
}

export class InspectedWindow extends Page {
  constructor(conversation, title) {
    super((script, args) => conversation.evaluate(`(function () { ${script} }).apply(null, ${JSON.stringify(args)})`), until)
    Object.assign(this, { conversation, title })
  }

  /** Brings the window to the front, with the keyboard. */
  front() {
    hand('windowactivate', '--sync', hand('search', '--name', `^${this.title}$`))
  }

  /** Types as a hand does; a line break is Enter. */
  type(text) {
    for (const [at, line] of text.split('\n').entries()) {
      if (at > 0) this.key('Return')
      if (line !== '') hand('type', '--delay', '30', line)
    }
  }

  /** Presses keys by their X names: F10, ctrl+a. */
  key(...names) { hand('key', '--delay', '30', ...names) }

  /** Where one thing stands on the display: the page fills the window below its title bar. */
  async onDisplay(role, name, options) {
    const { x, y, width, height } = await this.place(role, name, options)
    const [left, top] = await this.evaluate('return [window.screenX, window.screenY + window.outerHeight - window.innerHeight]')
    return { x: left + x, y: top + y, width, height }
  }

  /** A click with the mouse of the display. */
  async press(role, name, options) {
    const { x, y, width, height } = await this.onDisplay(role, name, options)
    hand('mousemove', '--sync', `${Math.round(x + width / 2)}`, `${Math.round(y + height / 2)}`, 'click', '1')
  }
}

/** Starts the window `name` of a station and opens an inspector on both of its pages. */
export async function openInspected(station, name, log) {
  const port = await freePort()
  const [program, ...words] = station.window(name)
  const child = spawn(program, words, { env: { ...station.environment, [INSPECTOR]: `127.0.0.1:${port}` }, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.pipe(createWriteStream(log, { flags: 'a' }))
  const pages = await until('both pages', async () => {
    const list = await (await fetch(`http://127.0.0.1:${port}/`)).text()
    const found = new Map(Array.from(list.matchAll(/class="targeturl">([^<]+)<.*?(\/socket\/[\w/]+)/g), ([, url, socket]) => [new URL(url).pathname, `ws://127.0.0.1:${port}${socket}`]))
    const applicant = found.get('/applicant.html')
    const officer = found.get('') ?? found.get('/')
    return applicant && officer && { applicant, officer }
  })
  return {
    child,
    officer: new InspectedWindow(new Conversation(pages.officer), `${name} · 窗口终端`),
    applicant: new InspectedWindow(new Conversation(pages.applicant), `${name} · 客屏`),
  }
}
