// Processes that the tests start, and what is left of them.

import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the project. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** A program may need so long to end in order: children are told to end one after another, 8 s each at most. */
const END_MS = 60_000

/** A hand at the display that does not come back is a fault, not a reason to wait. Milliseconds. */
const HAND_MS = 30_000

/** Real keys, clicks and windows of the display: what xdotool says. */
export function hand(...words) {
  return execFileSync('xdotool', words, { encoding: 'utf8', timeout: HAND_MS }).trim()
}

function finished(child) { return child.exitCode !== null || child.signalCode !== null }

function wait(child, patience) {
  return new Promise((resolve, reject) => {
    if (finished(child)) return resolve()
    const timer = setTimeout(() => reject(new Error(`${child.spawnfile} did not end`)), patience)
    child.once('exit', () => { clearTimeout(timer); resolve() })
  })
}

/** Sends a signal and waits for the end; kills it when it does not end by itself, which is an error. */
export async function ended(child, signal = 'SIGTERM', patience = END_MS) {
  if (!finished(child)) child.kill(signal)
  await wait(child, patience).catch(async (error) => {
    await killed(child)
    throw error
  })
}

export async function killed(child) {
  if (!finished(child)) child.kill('SIGKILL')
  await wait(child, END_MS)
}

/** Numbers of all processes that carry `mark` in their environment: it is inherited, so no descendant is missed. */
export function withMark(mark) {
  const found = []
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue
    try {
      if (readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0').includes(mark)) found.push(Number(entry))
    } catch { /* It has ended meanwhile, or is another account's. */ }
  }
  return found
}

/** Names of processes, for a message. */
export function named(processes) {
  if (processes.length === 0) return ''
  try {
    return execFileSync('ps', ['-o', 'pid=,ppid=,pgid=,sid=,stat=,args=', '-p', processes.join()], { encoding: 'utf8' })
  } catch { return `${processes}` }
}

/** Whether a process lives. One that has ended but whose end nobody has taken note of does not. */
export function lives(process) {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch { return false }
}

/** Every process below `root`, by the parents' numbers. */
export function below(root) {
  const parents = new Map()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch { /* It has ended meanwhile. */ }
  }
  const found = []
  for (let layer = [root]; layer.length > 0;) {
    layer = Array.from(parents).filter(([, parent]) => layer.includes(parent)).map(([child]) => child)
    found.push(...layer)
  }
  return found
}
