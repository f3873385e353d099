import type { CaseView, Missing } from '@/rpc'

/** Where a missing thing is mended. */
export type JumpTarget =
  | { place: 'question'; id: string }
  | { place: 'field'; id: string }
  | { place: 'material'; id: string }
  | { place: 'signature'; id: string }
  | { place: 'person'; id: string }
  | { place: 'lookup'; id: string }
  | { place: 'rule'; id: string }
  | { place: 'fingers'; id: string }

export function jumpTarget(missing: Missing, view: CaseView): JumpTarget {
  switch (missing.kind) {
    case 'answer': return { place: 'question', id: missing.question }
    case 'field':
    case 'field_wrong': return { place: 'field', id: missing.field }
    case 'material': return { place: 'material', id: missing.material }
    case 'one_of': return { place: 'material', id: missing.materials[0] ?? '' }
    case 'signature': return { place: 'signature', id: missing.slot }
    case 'identity': return { place: 'person', id: view.signers.find((one) => one.slot === missing.slot)?.person ?? '' }
    case 'check': return { place: 'lookup', id: missing.lookup }
    case 'fingerprints': return { place: 'fingers', id: missing.person }
    case 'rule': return { place: 'rule', id: missing.rule }
  }
}

const targetKey = (target: JumpTarget): string => `${target.place}:${target.id}`

/** `field:PATH` as routes carry it. */
export function readTarget(text: string): JumpTarget | undefined {
  const at = text.indexOf(':')
  const place = text.slice(0, at)
  const known = ['question', 'field', 'material', 'signature', 'person', 'lookup', 'rule', 'fingers']
  return at > 0 && known.includes(place) ? { place, id: text.slice(at + 1) } as JumpTarget : undefined
}

/** The next missing thing after the one gone to last; pressing the key again walks on, round at the end. */
export function nextJump(view: CaseView, last: JumpTarget | undefined): JumpTarget | undefined {
  const targets = view.missing.map((one) => jumpTarget(one, view))
  if (targets.length === 0) return undefined
  const at = last ? targets.findIndex((one) => targetKey(one) === targetKey(last)) : -1
  return targets[(at + 1) % targets.length]
}
