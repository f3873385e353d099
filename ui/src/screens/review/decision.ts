/** What a reviewer sends, and what is still lacking for it. */
import type { CodeRow, Decision, Reason } from '@/rpc'

export interface Draft {
  decision: Decision
  /** Code of the reason list; empty when none was chosen. */
  code: string
  /** Words for the citizen or for the window. */
  words: string
  basis: string
  opinion: string
}

export const emptyDraft = (decision: Decision): Draft => ({ decision, code: '', words: '', basis: '', opinion: '' })

/** One sentence about what is missing; empty when it can be sent. */
export function lacking(draft: Draft, refusal = '不予办理'): string {
  if (draft.decision === 'pass') return ''
  if (!draft.code && !draft.words.trim()) return draft.decision === 'return' ? '写明退回的原因，窗口才知道要改什么。' : `写明${refusal}的原因，告知书上要用。`
  if (draft.decision === 'refuse' && !draft.basis.trim()) return '写明依据（法律、规定的名称和条款），告知书上要用。'
  return ''
}

/** Reason as the terminal takes it: the words of the list with the reviewer's own behind them. */
export function reasonOf(draft: Draft, reasons: readonly CodeRow[]): Reason | null {
  if (draft.decision === 'pass') return null
  const listed = reasons.find((one) => one.code === draft.code)?.name ?? ''
  const own = draft.words.trim()
  return { code: draft.code, text: [listed, own].filter(Boolean).join('：'), basis: draft.basis.trim() }
}

/** The case after this one in the queue; round at the end, none when it was the last. */
export function nextInQueue(queue: readonly { id: string }[], current: string): string | null {
  const others = queue.filter((one) => one.id !== current)
  if (others.length === 0) return null
  const place = queue.findIndex((one) => one.id === current)
  const after = place < 0 ? undefined : queue.slice(place + 1).find((one) => one.id !== current)
  return (after ?? others[0])!.id
}
