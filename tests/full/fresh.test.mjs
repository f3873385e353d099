import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { chmodSync, cpSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { lives, root } from '../desktop/process.mjs'
import { until } from '../desktop/webdriver.mjs'
import { Tree, run, seconds } from './tree.mjs'

const tree = new Tree(join(process.env.FRESH_TREE, 'root'))
const target = resolve(process.env.CARGO_TARGET_DIR)
const cargo = process.env.CARGO_HOME ?? join(homedir(), '.cargo')
const rustup = process.env.RUSTUP_HOME ?? join(homedir(), '.rustup')
/** Of the kind of account that a stranger has on a PC that another one administers. */
const STRANGER = 1000
/** Packages are fetched, and a build that finds nothing takes so long on two cores. Milliseconds. */
const START_MS = 45 * 60_000
const wanted = ['build', 'run'].flatMap((list) => Array.from(
  readFileSync(join(root, `installer/packages/${list}.txt`), 'utf8').matchAll(/^([a-z0-9][a-z0-9.+-]*)/gm), ([, name]) => name))
let station
let broken = ''

function step(name, act) {
  test(`fresh: ${name}`, async (context) => {
    if (broken) throw Object.assign(new Error(`not reached: “${broken}” failed`), { stack: '' })
    try { await act(context) } catch (error) { broken = name; throw error }
  })
}

/** Every process that lives in the tree. */
function inTree() {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).filter((entry) => {
    try { return readlinkSync(`/proc/${entry}/root`) === tree.folder && lives(Number(entry)) } catch { return false }
  })
}

test.after(() => { for (const process of inTree()) globalThis.process.kill(Number(process), 'SIGKILL') })

/** What a terminal of the tree says: lines, and the process that says them. */
function terminal(account, ...words) {
  const environment = [
    `PATH=${cargo}/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`, 'HOME=/root', 'LC_ALL=C.UTF-8', `CARGO_HOME=${cargo}`, `RUSTUP_HOME=${rustup}`,
    `CARGO_TARGET_DIR=${target}`, ...(process.env.CARGO_INCREMENTAL ? [`CARGO_INCREMENTAL=${process.env.CARGO_INCREMENTAL}`] : []),
  ]
  const child = spawn('chroot', [`--userspec=${account}:${account}`, tree.folder, '/usr/bin/env', '-i', ...environment, ...words], { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const lines = []
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => lines.push(line))
  return { child, lines, ended: new Promise((done) => { child.once('close', done) }) }
}

const installed = () => tree.inside('dpkg-query', '-W', '-f', '${db:Status-Status} ${Package}\n').split('\n')
  .filter((line) => line.startsWith('installed ')).map((line) => line.slice('installed '.length))

step('a minimal system with make, Rust and Node', (context) => {
  const begin = performance.now()
  const suite = tree.build()
  tree.inside('apt-get', 'install', '-y', '-q', '--no-install-recommends', 'make')
  for (const folder of [cargo, rustup]) tree.show(folder)
  // The toolchain may stand below a home that others cannot enter.
  chmodSync(tree.at('root'), 0o711)
  const node = realpathSync(process.execPath)
  const npm = dirname(dirname(realpathSync(run('which', 'npm').trim())))
  cpSync(node, tree.at('usr/local/bin/node'))
  cpSync(npm, tree.at('usr/local/lib/npm'), { recursive: true })
  symlinkSync('../lib/npm/bin/npm-cli.js', tree.at('usr/local/bin/npm'))
  tree.showCopy(root)
  if (!target.startsWith(`${root}/`)) tree.showCopy(target)
  // A stranger has no station yet.
  rmSync(tree.at(join(root, '.run')), { recursive: true, force: true })
  const before = installed()
  const there = wanted.filter((name) => before.includes(name))
  assert.ok(wanted.length - there.length >= 15, `already there: ${there}`)
  context.diagnostic(`minimal system of ${suite}: ${seconds(begin)}; ${wanted.length - there.length} of ${wanted.length} packages missing`)
})

step('who may not install is told what an administrator has to', async () => {
  const before = installed()
  const { lines, child, ended } = terminal(STRANGER, 'make', '-C', root, 'run')
  await ended
  assert.notEqual(child.exitCode, 0)
  const said = lines.find((line) => line.includes('apt-get install --no-install-recommends'))
  assert.ok(said, lines.join('\n'))
  for (const name of wanted.filter((one) => !before.includes(one))) assert.ok(said.split(' ').includes(name), `${name} is not named: ${said}`)
  assert.deepEqual(installed(), before)
})

/** Starts `make run`, waits until the station stands, and proves that its addresses answer. */
async function start() {
  station = terminal(0, 'make', '-C', root, 'run')
  const { child, lines } = station
  await until('the station', () => {
    return child.exitCode !== null || lines.some((line) => line.startsWith('Ctrl-C'))
  }, START_MS)
  assert.equal(child.exitCode, null, `make ended\n${lines.slice(-30).join('\n')}`)
  const addresses = lines.flatMap((line) => Array.from(line.matchAll(/民警窗口\s+(http:\/\/127\.0\.0\.1:\S+)/g), ([, address]) => address))
  assert.equal(addresses.length, 2, lines.slice(-30).join('\n'))
  for (const address of addresses) {
    // The code in the address buys a cookie, as in a browser.
    const admitted = await fetch(address, { redirect: 'manual' })
    const cookie = admitted.headers.get('set-cookie').split(';')[0]
    const page = await fetch(new URL(admitted.headers.get('location'), address), { headers: { cookie } })
    assert.match(await page.text(), /<div id="window">/)
  }
}

/** Ctrl-C as a terminal sends it, to the whole foreground group. */
async function interrupt() {
  const started = inTree()
  assert.ok(started.length > 5, `${started.length} programs run`)
  process.kill(-station.child.pid, 'SIGINT')
  await station.ended
  await until('the end of every program', () => {
    const left = inTree()
    if (left.length > 0) throw new Error(`${left} left`)
    return true
  })
}

step('make run says what is missing, installs it, builds and starts the station', async (context) => {
  const missing = wanted.filter((name) => !installed().includes(name))
  const begin = performance.now()
  await start()
  const { lines } = station
  const announced = lines.findIndex((line) => line.includes('缺少系统软件包'))
  assert.ok(announced >= 0, lines.slice(0, 20).join('\n'))
  const listed = lines.slice(announced + 1, announced + 1 + missing.length).map((line) => line.trim())
  assert.deepEqual(listed.sort(), missing.sort(), 'exactly what is missing is listed, before anything is fetched')
  const now = installed()
  assert.deepEqual(wanted.filter((name) => !now.includes(name)), [])
  context.diagnostic(`make run on a fresh system: ${seconds(begin)} to the station`)
  await interrupt()
})

step('the second make run installs nothing and is quick', async (context) => {
  const begin = performance.now()
  await start()
  context.diagnostic(`second make run: ${seconds(begin)} from the command to the addresses`)
  assert.ok(!station.lines.some((line) => line.includes('缺少系统软件包')))
  await interrupt()
})
