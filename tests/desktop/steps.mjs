// Steps of one story: each is a case of its own; after one that failed the others say so at once.

import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from './process.mjs'

export function story(title, clear) {
  let broken = ''
  let count = 0
  test.after(clear)
  return (name, run) => test(`${title}: ${name}`, async (context) => {
    count += 1
    if (broken) throw Object.assign(new Error(`not reached: “${broken}” failed`), { stack: '' })
    try {
      await run(context)
    } catch (error) {
      broken = name
      throw Object.assign(new Error(`${error.message}\npicture: ${picture(`${title}-${count}`)}`), { stack: `${error.stack ?? error}` })
    }
  })
}

/** The whole screen, for whoever has to find out. */
export function picture(name) {
  const folder = join(root, 'target/report')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `desktop-${name}.png`)
  execFileSync('scrot', ['--overwrite', '--silent', file])
  return file
}
