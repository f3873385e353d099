/** The material list: groups of which one is enough, what is missing, where Space goes. */
import type { MaterialView } from '@/rpc'
import type { Tone } from '@/design'

export interface MaterialGroup {
  /** Name of a one-of group; empty for a material on its own. */
  id: string
  /** Whether the rule of the group holds. */
  met: boolean
  materials: MaterialView[]
}

/** Materials in their order; those of a one-of group stand together at the place of the first. */
export function groupMaterials(materials: readonly MaterialView[]): MaterialGroup[] {
  const groups: MaterialGroup[] = []
  for (const material of materials) {
    const oneOf = material.rule === 'one_of' && material.group !== ''
    const known = oneOf ? groups.find((group) => group.id === material.group) : undefined
    if (known) known.materials.push(material)
    else groups.push({ id: oneOf ? material.group : '', met: material.met, materials: [material] })
  }
  return groups
}

/** State of one material in words, with its tone. */
export function materialState(material: MaterialView): { tone: Tone; words: string } {
  const pages = material.pages.length
  if (material.asked_again) return { tone: 'stop', words: '要重新扫描' }
  if (pages === 0 && material.tolerated) return { tone: 'due', words: '容缺，可后补' }
  if (pages > 0) return { tone: 'done', words: `${pages} 页` }
  if (material.rule === 'optional') return { tone: 'plain', words: '可不交' }
  if (material.rule === 'internal') return { tone: 'plain', words: '内部核查，不必交' }
  if (material.rule === 'one_of' && material.met) return { tone: 'plain', words: '已有其一，可不交' }
  return { tone: 'due', words: '未扫' }
}

/** What stands over a group of which one is enough. */
export function groupWords(group: MaterialGroup): { tone: Tone; words: string } {
  return group.met
    ? { tone: 'done', words: '以下任选一种：已有' }
    : { tone: 'due', words: '以下任选一种：还没有' }
}

/** 还缺 in the officer's words: required materials by name, one-of groups by their choices. */
export function missingWords(materials: readonly MaterialView[]): string[] {
  const lacking: string[] = []
  for (const group of groupMaterials(materials)) {
    if (group.met) continue
    const names = group.materials.map((one) => one.name)
    lacking.push(names.length > 1 ? `${names.join('、')}，任选一种` : names[0] ?? '')
  }
  return lacking.filter(Boolean)
}

/** The next material still to be scanned after this one, else the next that has pages to look at, else the next; round at the end. */
export function nextMaterial(materials: readonly MaterialView[], current: string): MaterialView | undefined {
  if (materials.length < 2) return undefined
  const place = Math.max(0, materials.findIndex((one) => one.id === current))
  const round = [...materials.slice(place + 1), ...materials.slice(0, place)]
  return round.find((one) => !one.met) ?? round.find((one) => one.pages.length > 0) ?? round[0]
}

/** The material to open first: the first that lacks, else the first of all. */
export function firstMaterial(materials: readonly MaterialView[]): string {
  return (materials.find((one) => !one.met) ?? materials[0])?.id ?? ''
}

/** The page to show after the pages changed: what a scan has added, the shown one, or what took its place. */
export function pageAfter(before: readonly string[], now: readonly string[], current: string): string {
  if (before.length === 0) return now[0] ?? ''
  const added = now.filter((id) => !before.includes(id))
  if (added.length > 0) return added[added.length - 1]!
  if (now.includes(current)) return current
  return now[Math.min(Math.max(0, before.indexOf(current)), now.length - 1)] ?? ''
}
