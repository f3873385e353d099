import type { MatterLine } from '@/rpc'

/** How well a matter fits what was typed; 0 for not at all. Initials, name, id, category; words in any order. */
function fit(matter: MatterLine, word: string): number {
  const upper = word.toUpperCase()
  if (matter.id.toUpperCase() === upper) return 100
  if (matter.initials.startsWith(upper)) return 80
  if (matter.short.startsWith(word)) return 70
  if (matter.short.includes(word)) return 60
  if (matter.initials.includes(upper)) return 50
  if (matter.name.includes(word)) return 40
  if (matter.id.toUpperCase().startsWith(upper)) return 30
  if (matter.category.some((one) => one.includes(word))) return 20
  if (matter.materials.some((one) => one.includes(word))) return 5
  return 0
}

/** Matters that fit every word, the best first; those that may be taken in before the others; all without words. */
export function searchMatters(matters: readonly MatterLine[], typed: string): MatterLine[] {
  const words = typed.trim().split(/\s+/).filter(Boolean)
  const scored = matters.map((matter, at) => {
    const fits = words.map((word) => fit(matter, word))
    const score = words.length === 0 ? 1 : fits.some((one) => one === 0) ? 0 : fits.reduce((sum, one) => sum + one, 0)
    return { matter, at, score }
  })
  return scored.filter((one) => one.score > 0)
    .sort((a, b) => Number(b.matter.allowed) - Number(a.matter.allowed) || b.score - a.score || a.at - b.at)
    .map((one) => one.matter)
}
