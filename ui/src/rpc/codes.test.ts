import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|vue)$/.test(name) && !name.endsWith('.test.ts'))

/** Words that people read may change with every province; a page that compares them breaks when they do. */
const comparisons = [
  /(?:===?|!==?)\s*(['"`])(?:(?!\1).)*[\u4e00-\u9fff]/,
  /(['"`])(?:(?!\1).)*[\u4e00-\u9fff](?:(?!\1).)*\1\s*(?:===?|!==?)/,
  /\.(?:includes|startsWith|endsWith|indexOf|match|search|test)\(\s*['"`/][^)]*[\u4e00-\u9fff]/,
  /\bcase\s+['"`][^'"`]*[\u4e00-\u9fff]/,
]
/** Text of the terminal that is there to be read is compared with nothing at most. */
const read = /\.(?:sentence|cure|why_not|state|refusal_word|title|label)\s*(?:===?|!==?)\s*(['"`])(?!\1)(?=[^'"`]*[^\w'"`])/

/** Typed by people or said by a standard, not by the terminal. */
const exempt = new Set([
  // The two words that GB/T 2261.1 has for its codes 1 and 2, read out of a number by the page itself.
  'text/idNumber.ts',
  // Reads dates as people type them.
  'text/dateTyping.ts',
])

export const comparesWords = (line: string): boolean => [...comparisons, read].some((form) => form.test(line))

describe('the pages compare codes, never words', () => {
  it('finds what it looks for', () => {
    for (const line of ["if (state === '待审核')", "failure.sentence.includes('号码')", "case '退回':", "if (one.label === `${a} 号`) {", "'男' === sex"]) {
      expect(comparesWords(line), line).toBe(true)
    }
    for (const line of ["if (one.code === 'LOGIN_LOCKED') say('已锁定')", "if (one.sentence === '') return", "const words = good ? '相符' : '不符'"]) {
      expect(comparesWords(line), line).toBe(false)
    }
  })

  it('in every source', () => {
    expect(sources.length).toBeGreaterThan(100)
    const found = sources.filter((name) => !exempt.has(name)).flatMap((name) =>
      readFileSync(join(root, name), 'utf8').split('\n').map((line, at) => ({ line, at: `${name}:${at + 1}` })).filter((one) => comparesWords(one.line)).map((one) => `${one.at} ${one.line.trim()}`))
    expect(found).toEqual([])
  })
})
