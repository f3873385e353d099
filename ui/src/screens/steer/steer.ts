/** What is done to a case beside its flow: the form's content, and what is still lacking for it. */
import type { Reason, SteerCase, SteerChoice, SuspensionKind } from '@/rpc'

export interface SteerDraft {
  materials: ReadonlySet<string>
  /** Last day, `YYYY-MM-DD`; empty for none. */
  until: string
  /** Code of the reason list; empty when none was chosen. */
  code: string
  words: string
  basis: string
  kind: SuspensionKind | null
  to: string
}

/** The form as it stands when a choice is taken. `ticked` are the materials that are promised already. */
export function emptySteer(choice: SteerChoice, ticked: readonly string[] = []): SteerDraft {
  const known = new Set(choice.materials.map((one) => one.id))
  return {
    materials: new Set(ticked.filter((one) => known.has(one))),
    until: choice.days && !choice.days.optional ? choice.days.usual : '',
    code: '', words: '', basis: '',
    kind: choice.kinds[0]?.[0] ?? null,
    to: '',
  }
}

/** The materials with one ticked or not any more. */
export function toggled(materials: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const now = new Set(materials)
  if (!now.delete(id)) now.add(id)
  return now
}

/** One sentence about what is missing; empty when it can be sent. */
export function lackingSteer(choice: SteerChoice, draft: SteerDraft): string {
  // A promise without materials takes the promise back.
  if (choice.steer === 'supplement' && draft.materials.size === 0) return '勾选要补的材料。'
  if (choice.colleagues.length > 0 && !draft.to) return '选一位同事。'
  if (choice.days) {
    const open = draft.until === ''
    const needed = !choice.days.optional || draft.kind === 'special_procedure'
    if (open && needed && !(choice.steer === 'promise' && draft.materials.size === 0)) return '填写到哪一天。'
    if (!open && (draft.until < choice.days.from || draft.until > choice.days.until)) return `日期要在 ${choice.days.from} 到 ${choice.days.until} 之间。`
  }
  if (choice.reason && !draft.code && !draft.words.trim()) return '写明原因，经过和告知书上要用。'
  return ''
}

/** The request for the terminal, without the name of the command. */
export function steerRequest(id: string, choice: SteerChoice, draft: SteerDraft): Omit<SteerCase, 'command'> {
  const listed = choice.reasons.find((one) => one.code === draft.code)?.name ?? ''
  const reason: Reason = { code: draft.code, text: [listed, draft.words.trim()].filter(Boolean).join('：'), basis: draft.basis.trim() }
  return {
    case: id, steer: choice.steer, materials: [...draft.materials], until: draft.until, reason,
    kind: choice.kinds.length > 0 ? draft.kind : null, to: draft.to || null,
  }
}
