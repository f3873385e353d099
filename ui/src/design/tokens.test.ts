import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync('src/design/tokens.css', 'utf8')
const block = (selector: string) => {
  const start = css.indexOf(`${selector} {`)
  const text = css.slice(start, css.indexOf('}', start))
  return Object.fromEntries(Array.from(text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g), ([, name, value]) => [name!, value!]))
}
const normal = block(':root')
const themes: Record<string, Record<string, string>> = { normal, high: { ...normal, ...block(":root[data-contrast='high']") } }

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(colour: string): number {
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const papers = ['paper', 'ground', 'blue-wash']
const pairs: [string, string][] = [
  ...['ink', 'ink-soft', 'ink-faint', 'blue', 'done', 'due', 'stop'].flatMap((ink) => papers.map((paper): [string, string] => [ink, paper])),
  ['ink-soft', 'ground-deep'], ['done', 'done-wash'], ['due', 'due-wash'], ['stop', 'stop-wash'],
  ['on-blue', 'blue'], ['on-blue', 'blue-deep'], ['on-blue-soft', 'blue'], ['on-blue-soft', 'blue-deep'],
  ['on-tone', 'stop'], ['on-tone', 'due'], ['on-tone', 'done'],
]

describe.each(Object.keys(themes))('colours of the %s theme', (theme) => {
  const colours = themes[theme]!
  it.each(pairs)('%s on %s can be read', (ink, paper) => {
    expect(contrast(colours[ink]!, colours[paper]!)).toBeGreaterThanOrEqual(theme === 'high' ? 7 : 4.5)
  })
  it.each(['paper', 'ground'])('borders of fields and the focus ring stand out on %s', (paper) => {
    expect(contrast(colours['line-strong']!, colours[paper]!)).toBeGreaterThanOrEqual(3)
    expect(contrast(colours.focus!, colours[paper]!)).toBeGreaterThanOrEqual(3)
  })
})
