import { strict as assert } from 'node:assert'
import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pixels } from '../desktop/png.mjs'
import { hand, killed } from '../desktop/process.mjs'
import { story } from '../desktop/steps.mjs'
import { until } from '../desktop/webdriver.mjs'
import { Tree, run, seconds } from './tree.mjs'

const tree = new Tree(join(process.env.DEB_TREE, 'root'))
const packages = readdirSync(process.env.DEB_FOLDER).filter((name) => name.endsWith('.deb')).map((name) => join(process.env.DEB_FOLDER, name))
const window = packages.find((name) => basename(name).startsWith('window-terminal_'))
const server = packages.find((name) => basename(name).startsWith('window-server_'))
const training = packages.find((name) => basename(name).startsWith('window-training_'))
/** The account that the window runs under. */
const CLERK = 1000
let program

const step = story('deb', async () => { if (program) await killed(program) })

const inside = (...words) => tree.inside(...words)

step('a minimal tree of this distribution', (test) => {
  const begin = performance.now()
  const suite = tree.build()
  test.diagnostic(`minimal tree of ${suite}: ${seconds(begin)}, ${tree.megabytes()} MB`)
})

step('both packages install with what they ask for and nothing more', (test) => {
  const begin = performance.now()
  for (const file of [window, server]) copyFileSync(file, tree.at(join('root', basename(file))))
  const before = tree.megabytes()
  inside('apt-get', 'update', '-q')
  inside('apt-get', 'install', '-y', '-q', '--no-install-recommends', `/root/${basename(window)}`, `/root/${basename(server)}`)
  inside('apt-get', 'clean')
  assert.equal(inside('dpkg', '--audit'), '')
  const after = tree.megabytes()
  for (const file of [window, server]) test.diagnostic(`${basename(file)}: ${(statSync(file).size / 1e6).toFixed(1)} MB, installed ${run('dpkg-deb', '-f', file, 'Installed-Size').trim()} kB`)
  test.diagnostic(`installed in ${seconds(begin)}; with everything they need ${after - before} MB`)
})

step('every program finds its libraries', () => {
  const programs = readdirSync(tree.at('usr/lib/window-terminal')).map((name) => `/usr/lib/window-terminal/${name}`).concat('/usr/bin/window-server')
  assert.ok(programs.length >= 5)
  for (const one of programs) {
    assert.doesNotMatch(inside('ldd', one), /not found/, one)
  }
  // These speak to people; the others only to their parents.
  for (const one of ['/usr/bin/window-terminal', '/usr/lib/window-terminal/window-agent', '/usr/bin/window-server']) assert.match(inside(one, '--version'), /\d+\.\d+\.\d+/, one)
})

step('licences, data, device rules, unit and fonts are in their places', () => {
  for (const name of [
    'usr/share/doc/window-terminal/copyright', 'usr/share/doc/window-terminal/NOTICE', 'usr/share/doc/window-server/NOTICE',
    'usr/lib/udev/rules.d/70-window-terminal.rules', 'usr/lib/systemd/system/window-server.service', 'etc/fonts/conf.d/62-window-terminal.conf',
    'etc/window-terminal/devices.json', 'etc/ssl/certs/ca-certificates.crt', 'usr/share/applications/window-terminal.desktop',
  ]) assert.ok(existsSync(tree.at(name)), name)
  // Everything of the assets but the demo station, which belongs on no counter.
  for (const folder of readdirSync('assets')) {
    assert.equal(existsSync(tree.at(join('usr/share/window-terminal/assets', folder))), folder !== 'demo', folder)
  }
  assert.match(inside('fc-match', ':charset=20bb7', 'family'), /\S/)
  assert.ok(inside('fc-list', ':charset=20bb7', 'family').trim() !== '', 'a font has 𠮷')
})

/** A picture of the display, kept for people. */
function shot(name) {
  const file = join('target/report', `deb-${name}.png`)
  execFileSync('scrot', ['--silent', '--overwrite', file])
  return pixels(readFileSync(file))
}

/** How many pixels differ clearly. */
function different(one, other) {
  let count = 0
  for (let at = 0; at < one.samples.length; at += one.channels) if (Math.abs(one.samples[at] - other.samples[at]) > 64) count += 1
  return count
}

/** Width in pixels of all that differs. */
function width(one, other) {
  let [left, right] = [one.width, 0]
  for (let at = 0; at < one.samples.length; at += one.channels) {
    if (Math.abs(one.samples[at] - other.samples[at]) <= 64) continue
    const column = (at / one.channels) % one.width
    left = Math.min(left, column)
    right = Math.max(right, column)
  }
  return right - left
}

/** Waits until the display stands still for a while, and gives its picture. */
async function still(name) {
  let before
  return until('a picture that stands still', () => {
    const now = shot(name)
    const same = before && different(now, before) < 80
    before = now
    return same && now
  })
}

step('the window opens under an ordinary account', async (test) => {
  inside('useradd', '--uid', `${CLERK}`, '--create-home', 'clerk')
  const settings = tree.at('home/clerk/.config/gtk-3.0')
  mkdirSync(settings, { recursive: true })
  // A cursor that blinks would be a difference between pictures.
  writeFileSync(join(settings, 'settings.ini'), '[Settings]\ngtk-cursor-blink=0\n')
  inside('chown', '-R', 'clerk:clerk', '/home/clerk/.config')
  const begin = performance.now()
  program = spawn('chroot', [`--userspec=${CLERK}:${CLERK}`, tree.folder, '/usr/bin/env', '-i', 'PATH=/usr/bin:/bin', 'HOME=/home/clerk', 'LC_ALL=C.UTF-8',
    `DISPLAY=${process.env.DISPLAY}`, '/usr/bin/window-terminal', '--profile', '柜台一', '--without-applicant'], { stdio: ['ignore', 'inherit', 'inherit'] })
  const id = await until('the window', () => {
    if (program.exitCode !== null) throw new Error(`it ended with ${program.exitCode}`)
    try { return hand('search', '--onlyvisible', '--name', '^柜台一 · 窗口终端$') } catch { return undefined }
  })
  hand('windowfocus', '--sync', id)
  const bar = Number.parseInt(/--blue-deep: #([0-9a-f]{6})/.exec(readFileSync('ui/src/design/tokens.css', 'utf8'))[1], 16)
  await until('the page', () => {
    const screen = shot('window')
    return screen.samples.readUIntBE((10 * screen.width + screen.width / 2) * screen.channels, 3) === bar
  })
  test.diagnostic(`window painted after ${seconds(begin)}`)
})

step('it shows 𠮷: another shape than that of what no font has', async () => {
  // The first field of the enrolment page has the cursor. Writing over it, only the field changes.
  const pictures = {}
  const empty = await still('empty')
  let last = empty
  for (const [name, text] of [['rare', '𠮷'], ['other', '𬭚'], ['none', '\u{3F000}'], ['again', '𠮷'], ['none-either', '\u{3F001}']]) {
    hand('key', '--delay', '40', 'ctrl+a')
    hand('type', '--delay', '40', text.repeat(6))
    last = pictures[name] = await until(`the typed ${name}`, async () => {
      const now = await still(name)
      if (different(now, last) <= 300) throw new Error('nothing new')
      // Six full signs of 18 px and the cursor behind them.
      const wide = width(now, empty)
      if (wide < 100 || wide > 130) throw new Error(`${wide} px are written`)
      return now
    })
  }
  const compared = (one, other) => different(pictures[one], pictures[other])
  // Bounds in pixels: six characters of 20 px have some two thousand, the cursor at their end has forty.
  const say = `𠮷 and nothing ${compared('rare', 'none')}, 𬭚 and nothing ${compared('other', 'none')}, 𠮷 and 𬭚 ${compared('rare', 'other')}, nothing and nothing ${compared('none', 'none-either')}, 𠮷 and 𠮷 ${compared('rare', 'again')}`
  assert.ok(compared('none', 'other') > 300, say)
  assert.ok(compared('rare', 'none') > 300, say)
  assert.ok(compared('rare', 'other') > 300, say)
  // Boxes look like boxes: the comparison does tell them from characters.
  assert.ok(compared('none', 'none-either') < 100 && compared('rare', 'again') < 100, say)
})

step('the training package brings its programs and its people', () => {
  copyFileSync(training, tree.at(join('root', basename(training))))
  inside('apt-get', 'install', '-y', '-q', '--no-install-recommends', `/root/${basename(training)}`)
  assert.equal(inside('dpkg', '--audit'), '')
  assert.ok(existsSync(tree.at('usr/share/window-terminal/assets/demo/people.toml')))
  assert.ok(existsSync(tree.at('usr/share/applications/window-training.desktop')))
  for (const name of ['demo', 'virtual-devices', 'changkou', 'ippeve']) assert.doesNotMatch(inside('ldd', `/usr/lib/window-terminal/${name}`), /not found/, name)
  assert.match(run('chroot', `--userspec=${CLERK}:${CLERK}`, tree.folder, '/usr/bin/env', '-i', 'PATH=/usr/bin:/bin', 'HOME=/home/clerk', '/usr/bin/window-training', '--help'), /--without-display/)
})

step('the training station opens under an ordinary account, its window answers, and every device has its panel', async (test) => {
  const begin = performance.now()
  const station = spawn('chroot', [`--userspec=${CLERK}:${CLERK}`, tree.folder, '/usr/bin/env', '-i', 'PATH=/usr/bin:/bin', 'HOME=/home/clerk', 'LC_ALL=C.UTF-8',
    '/usr/bin/window-training', '--without-display'], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  let said = ''
  station.stdout.setEncoding('utf8').on('data', (text) => { said += text })
  // A failed look must not leave a whole station behind.
  test.after(() => { try { process.kill(-station.pid, 'SIGKILL') } catch { /* it has ended */ } })
  const address = await until('the address of the window', () => {
    if (station.exitCode !== null) throw new Error(`it ended with ${station.exitCode}: ${said}`)
    return /柜台一 民警窗口 (http:\S+)/.exec(said)?.[1]
  }, 300_000)
  test.diagnostic(`training station open after ${seconds(begin)}${said.includes('打印机没有启动') ? ', without its printer of sheets' : ''}`)
  // The code in the address turns into a cookie, once.
  const door = await fetch(address, { redirect: 'manual' })
  const cookie = door.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ')
  const page = await fetch(new URL('/', address), { headers: { cookie } })
  assert.equal(page.status, 200)
  assert.match(await page.text(), /<title>窗口终端<\/title>/)
  // As the device page asks for them; the panel is there for every class that has a virtual device.
  const ask = async (command, body) => {
    const answer = await fetch(new URL(`/rpc/${command}`, address), { method: 'POST', headers: { cookie, origin: new URL(address).origin, 'content-type': 'application/json' }, body: JSON.stringify(body) })
    assert.equal(answer.status, 200, `${command}: ${answer.status}`)
    return answer.json()
  }
  await ask('login', { officer: 'F0001', password: 'jiangcheng-F0001' })
  const panels = (await ask('rehearsal', {})).devices.map((one) => one.class)
  for (const one of ['id_card_reader', 'scanner', 'signature_pad', 'fingerprint', 'camera', 'document_camera', 'evaluation_pad', 'code_scanner', 'queue_caller', 'ukey']) assert.ok(panels.includes(one), `${one}: ${panels}`)
  await until('the devices', async () => {
    const lines = (await ask('devices', {})).devices
    const missing = ['id_card_reader', 'scanner', 'signature_pad', 'evaluation_pad', 'ukey'].filter((one) => !lines.some((line) => line.device.class === one && line.ready))
    if (missing.length > 0) throw new Error(`not ready: ${missing}; ${lines.map((line) => `${line.device.id} ${line.words}${line.fault ? ` ${line.fault.fault.code} ${line.fault.fault.detail}` : ''}`).join(', ')}`)
    return true
  }, 60_000)
  process.kill(-station.pid, 'SIGINT')
  await until('its end', () => station.exitCode !== null || station.signalCode !== null, 60_000)
})

step('the packages go without a trace but data', () => {
  inside('apt-get', 'remove', '-y', '-q', 'window-training', 'window-terminal', 'window-server')
  assert.ok(!existsSync(tree.at('usr/bin/window-terminal')))
  assert.ok(!existsSync(tree.at('usr/share/window-terminal')))
  assert.ok(existsSync(tree.at('home/clerk/.local/share/window-terminal')), 'what the window kept belongs to the account')
})
