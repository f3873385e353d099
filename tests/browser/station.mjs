// A demo station of its own for each file: started from the built programs, with its state in a temporary folder, and
// ended with everything that it started. What a person does to the things on the counter is done here too: cards,
// the reader's plug, the network's plug.

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../../', import.meta.url))
/** The programs of an ordinary build; figures are taken of a release (PROFILE=release). */
const programs = join(process.env.CARGO_TARGET_DIR || join(repository, 'target'), process.env.PROFILE || 'debug')

/** Where Debian's package libfaketime puts it, for programs with threads. */
const faketime = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketimeMT.so.1`
/** The first start on a PC invents the register's population; every later one is a matter of seconds. */
const START_LIMIT = 240_000
/** Windows are closed first, then the programs, each in its order. */
const END_LIMIT = 40_000

/** The demo people by their key, as the demo's own file has them. */
export function demoPeople() {
  const text = readFileSync(join(repository, 'assets/demo/people.toml'), 'utf8')
  const people = {}
  for (const block of text.split('[[household.member]]').slice(1)) {
    const value = (name) => new RegExp(`^${name} = "([^"]*)"`, 'm').exec(block)?.[1]
    people[value('key')] = { key: value('key'), number: value('number'), name: value('name'), birth: value('birth_date') }
  }
  return people
}

/** An invented number of the demo city with its check digit (GB 11643): nobody in use can have it. */
export function citizenNumber(birth, sequence) {
  const body = `999901${birth}${String(sequence).padStart(3, '0')}`
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((all, weight, at) => all + weight * Number(body[at]), 0)
  return `${body}${'10X98765432'[sum % 11]}`
}

const ended = (child) => child.exitCode !== null || child.signalCode !== null
const end = (child) => new Promise((done) => (ended(child) ? done() : child.once('exit', done)))

/** Waits for what somebody says on a line of his output. */
function lineOf(child, wanted, limit, said) {
  return new Promise((found, failed) => {
    const give = (words) => failed(new Error(`${words}: ${said.join('\n')}`))
    const timer = setTimeout(() => give(`not ready after ${limit} ms`), limit)
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line)
      if (!wanted.test(line)) return
      clearTimeout(timer)
      found()
    })
    child.once('exit', (code) => { clearTimeout(timer); give(`ended with ${code}`) })
  })
}

export async function startStation(task = 'run') {
  const folder = mkdtempSync(join(tmpdir(), 'browser-story-'))
  const state = join(folder, 'station')
  const demo = spawn(join(programs, 'demo'), ['--state', state, task, '--fresh', '--without-display'], {
    cwd: repository, stdio: ['pipe', 'pipe', 'pipe'],
  })
  const said = []
  demo.stderr.on('data', (words) => said.push(String(words).trim()))
  // However this process ends, the station does not stay.
  process.once('exit', () => { if (!ended(demo)) demo.kill() })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => process.exit(1))
  let server
  try {
    await lineOf(demo, /Ctrl-C/, START_LIMIT, said)
  } catch (error) {
    demo.kill()
    await end(demo)
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  const address = (window) => {
    const line = said.find((one) => one.startsWith(window))
    if (!line) throw new Error(`no address of ${window}: ${said.join('\n')}`)
    return /http:\S+/.exec(line)[0]
  }

  /** One order to the virtual reader; its answer must be a yes. */
  const reader = (order) => new Promise((done, failed) => {
    const line = connect(join(state, 'devices/control'), () => line.write(`${JSON.stringify(order)}\n`))
    line.once('error', failed)
    createInterface({ input: line }).once('line', (answer) => {
      line.end()
      const read = JSON.parse(answer)
      if (read.ok) done(read.status)
      else failed(new Error(`the reader refuses: ${answer}`))
    })
  })

  /** What a hand does at a virtual device of a training counter. */
  const rehearse = (kind, act) => reader({ do: 'perform', class: kind, act })

  /** Lays the card of somebody, by key; nobody: takes the card away. */
  async function card(person) {
    const hand = spawn(join(programs, 'demo'), ['--state', state, 'card', person ?? '0'], { cwd: repository })
    const words = []
    hand.stdout.on('data', (one) => words.push(String(one)))
    hand.stderr.on('data', (one) => words.push(String(one)))
    await end(hand)
    if (!/已放上|已取走/.test(words.join(''))) throw new Error(`the card of ${person}: ${words.join('')}`)
  }

  /** A program of this station: the child of its demo, or a child of one of those. */
  function program(name) {
    const known = new Map()
    for (const entry of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
      try {
        const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, 'utf8'))[1])
        known.set(Number(entry), { parent, words: readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0').slice(0, -1) })
      } catch {
        // It ended while we looked.
      }
    }
    const ours = (pid) => pid === demo.pid || (known.has(pid) && ours(known.get(pid).parent))
    const found = [...known].find(([pid, one]) => one.words[0]?.split('/').pop() === name && ours(pid))
    if (!found) throw new Error(`the station runs no ${name}`)
    return { pid: found[0], words: found[1].words }
  }
  const first = program('window-server')

  return {
    folder, state, card, reader,
    officer: (window) => address(`${window} 民警窗口`),
    applicant: (window) => address(`${window} 客屏`),
    /** What came out of the printer, by name. */
    printed: () => readdirSync(join(state, 'printer/received')).filter((name) => name.endsWith('.printed')).sort(),
    /** A program stops in the middle of its work; the answer lets it go on. */
    freeze(name) {
      const { pid } = program(name)
      process.kill(pid, 'SIGSTOP')
      return () => process.kill(pid, 'SIGCONT')
    },
    /** A program dies at once; whoever watches over it starts another. */
    kill(name) { process.kill(program(name).pid, 'SIGKILL') },
    /** Where the server answers; other names of this machine would be told to go away. */
    server: () => `http://${first.words[first.words.indexOf('--listen') + 1]}`,
    /** The definitions at the server's console, beside the server that runs: what it said, and how it ended. */
    async definitions(...words) {
      const data = first.words[first.words.indexOf('--data') + 1]
      const task = spawn(join(programs, 'window-server'), ['definitions', ...words, '--data', data], { cwd: repository })
      const heard = []
      task.stdout.on('data', (one) => heard.push(String(one)))
      task.stderr.resume()
      await end(task)
      return { code: task.exitCode, said: heard.join('') }
    },
    rehearse,
    /** For the windows the network is gone. */
    async pullNetwork() {
      if (server) {
        server.stdin.end()
        await end(server)
        server = undefined
      } else {
        process.kill(first.pid, 'SIGKILL')
      }
    },
    /** The same server, with the same data at the same address; its clock may stand some days later. */
    async plugNetwork({ days = 0 } = {}) {
      // Deadlines count from the server's time. libfaketime moves what it calls the wall clock, and nothing else.
      const later = days ? { LD_PRELOAD: faketime, FAKETIME: `+${days}d`, FAKETIME_DONT_FAKE_MONOTONIC: '1' } : {}
      server = spawn(first.words[0], first.words.slice(1), {
        cwd: repository, stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...later },
      })
      await lineOf(server, /./, START_LIMIT, [])
    },
    async end() {
      if (!ended(demo)) {
        demo.kill('SIGTERM')
        const late = setTimeout(() => demo.kill('SIGKILL'), END_LIMIT)
        await end(demo)
        clearTimeout(late)
      }
      if (server && !ended(server)) {
        server.stdin.end()
        await end(server)
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
