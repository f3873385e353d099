// Turns the results of a test runner into target/report/NAME.json, one row per case, and counts the suite's line
// from it. Ends with 1 when a case failed or when there is none: a suite that runs nothing proves nothing.
//
//   node tests/report.mjs junit NAME FILE      result file in JUnit's form (nextest, vitest, Playwright)
//   node tests/report.mjs cargo NAME FILE      what `cargo test` printed
//   node tests/report.mjs sum FOLDER           one line per report, and one for all
//   node tests/report.mjs devices NAME...      from those reports: what the drivers ran against, which faults were injected

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = 'target/report'
/** Failed cases that a sum tells, and how much of each: what fits on one screen. */
const SHOWN = 12
const SHOWN_EVIDENCE = 400
/** Longest evidence kept of a failed case. */
const EVIDENCE = 2000

/** What was tested: the commit and every change on top of it, as one hash. */
function inputHash() {
  const hash = createHash('sha256')
  try {
    const git = (...words) => execFileSync('git', words, { maxBuffer: 1 << 28 })
    hash.update(git('rev-parse', 'HEAD')).update(git('diff', 'HEAD', '--binary'))
  } catch {
    hash.update('no repository')
  }
  return hash.update(process.env.MUTANT ?? '').digest('hex').slice(0, 16)
}

const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
const plain = (text) =>
  text
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, '$1')
    .replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, number, name) =>
      hex ? String.fromCodePoint(parseInt(hex, 16)) : number ? String.fromCodePoint(Number(number)) : (entities[name] ?? all))
const attribute = (tag, name) => plain(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '')

function junit(text) {
  const rows = []
  for (const [, head, , body] of text.matchAll(/<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const id = [attribute(head, 'classname'), attribute(head, 'name')].filter(Boolean).join(' › ')
    const failure = /<(failure|error)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/.exec(body ?? '')
    const result = failure ? 'failed' : /<skipped\b/.test(body ?? '') ? 'skipped' : 'passed'
    const said = failure ? (plain(failure[3] ?? '').trim() || attribute(failure[2], 'message')) : ''
    rows.push({ id, result, seconds: Number(attribute(head, 'time')) || 0, evidence: said.slice(0, EVIDENCE) })
  }
  return rows
}

function cargo(text) {
  const rows = []
  const said = new Map()
  for (const [, id, words] of text.matchAll(/^---- (\S+) stdout ----\n([\s\S]*?)(?=\n---- |\nfailures:)/gm)) said.set(id, words)
  let program = ''
  for (const line of text.split('\n')) {
    const running = /Running (?:unittests )?(\S+) \(/.exec(line)
    if (running) program = running[1]
    const end = /^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)/.exec(line)
    if (end) {
      const result = { ok: 'passed', FAILED: 'failed', ignored: 'skipped' }[end[2]]
      rows.push({ id: `${program} › ${end[1]}`, result, seconds: 0, evidence: result === 'failed' ? (said.get(end[1]) ?? '').trim().slice(0, EVIDENCE) : '' })
    }
    // A program that does not even build or start has no line of its own.
    if (/^error: (?!test failed|\d+ target)/.test(line)) rows.push({ id: `${program} › ${line}`, result: 'failed', seconds: 0, evidence: line })
  }
  return rows
}

const count = (rows, result) => rows.filter((row) => row.result === result).length
const line = (name, rows) =>
  `${name}: ${rows.length} cases, ${count(rows, 'passed')} passed, ${count(rows, 'failed')} failed, ${count(rows, 'skipped')} skipped`
const good = (rows) => count(rows, 'passed') > 0 && count(rows, 'failed') === 0

const [task, name, file] = process.argv.slice(2)
if (task === 'sum') {
  const all = []
  let everyGood = true
  for (const entry of readdirSync(name).filter((entry) => entry.endsWith('.json')).sort()) {
    const { suite, cases } = JSON.parse(readFileSync(join(name, entry), 'utf8'))
    console.log(line(suite, cases))
    everyGood &&= good(cases)
    all.push(...cases)
  }
  console.log(line('all', all))
  // Last, so that the end of a long log says why, and not only that.
  for (const { id, evidence } of all.filter((row) => row.result === 'failed').slice(0, SHOWN)) {
    console.log(`failed: ${id}: ${evidence.replace(/\s+/g, ' ').slice(0, SHOWN_EVIDENCE)}`)
  }
  process.exit(everyGood && all.length > 0 ? 0 : 1)
}
if (task === 'devices') {
  const rows = [name, file, ...process.argv.slice(5)].filter(Boolean)
    .flatMap((report) => JSON.parse(readFileSync(join(folder, `${report}.json`), 'utf8')).cases)
    .filter((row) => row.result !== 'skipped')
    // The test program's own name, whichever runner told of it: `device-host::devices › a::b`, `tests/devices/main.rs › a::b`.
    .map((row) => ({ ...row, id: row.id.replace(/^\S*?(\w+)(?:\/main)?(?:\.rs)? › /, '$1 › ') }))
  const { counterparts, transports } = JSON.parse(readFileSync('tests/devices.json', 'utf8'))
  const recordings = process.env.RECORDINGS ?? '../shared/recordings'
  // A recording, or a program that its tests fetch for themselves where they can.
  const programs = join(process.env.CARGO_TARGET_DIR ?? 'target', 'tmp')
  const isHere = ({ recording, fetched }) =>
    (!recording || existsSync(join(recordings, recording))) && (!fetched || existsSync(join(programs, fetched)))
  const ran = ({ tests }) => rows.filter((row) => tests.some((beginning) => row.id.startsWith(beginning)))
  const ofFaults = rows.filter((row) => /^devices › faults::\w+::/.test(row.id))
  const concerned = new Set(ofFaults)
  const show = (kind, list) => {
    for (const one of list) {
      const own = isHere(one) ? ran(one) : []
      for (const row of own) concerned.add(row)
      console.log(`${kind}  ${one.class}  ${one.name} (${one.where}): ${own.length ? `${own.length} tests, ${count(own, 'failed')} failed` : isHere(one) ? 'did not run' : 'passed over, the recording or program is not here'}`)
    }
    return list.filter((one) => isHere(one) && count(ran(one), 'passed') > 0).length
  }
  const met = show('counterpart', counterparts)
  const carried = show('transport', transports)
  for (const of of new Set(ofFaults.map((row) => row.id.split('::')[1]))) {
    const own = ofFaults.filter((row) => row.id.split('::')[1] === of)
    console.log(`faults  ${of}: ${own.length}, ${count(own, 'failed')} failed`)
  }
  const failed = [...concerned].filter((row) => row.result === 'failed').length
  console.log(`devices: ${met} counterparts, ${ofFaults.length} faults, ${failed} failed (transports: ${carried})`)
  // Fewer than were promised mean that tests have gone away: 8 counterparts, 96 faults.
  process.exit(met >= 8 && ofFaults.length >= 96 && failed === 0 ? 0 : 1)
}
const readers = { junit, cargo }
if (!readers[task] || !name || !file) {
  console.error('usage: report.mjs junit|cargo NAME FILE | sum FOLDER')
  process.exit(2)
}
let text = ''
try {
  text = readFileSync(file, 'utf8')
} catch (error) {
  console.error(`${name}: no results: ${error.message}`)
}
const input = inputHash()
const cases = readers[task](text).map((row) => ({ id: row.id, input, result: row.result, seconds: row.seconds, evidence: row.evidence }))
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ suite: name, mutant: process.env.MUTANT ?? null, cases }, null, 1)}\n`)
console.log(line(name, cases))
if (cases.length === 0) console.error(`${name}: no case ran`)
process.exit(good(cases) ? 0 : 1)
