import type { ApplicantMode, SubmitSignature } from '@/rpc'
import type { SignatureInk } from '@/signature/types'

export type SignMode = Extract<ApplicantMode, { kind: 'sign' }>
export type EvaluateMode = Extract<ApplicantMode, { kind: 'evaluate' }>
export type NoticeMode = Extract<ApplicantMode, { kind: 'notice' }>

/**
 * Names what lies on the screen. When it changes, the old sheet is destroyed with its fields and ink. The revision
 * is no part of it: it rises with everything that happens at the terminal, and a citizen in the middle of his name
 * must not lose it because a printer ran out of paper.
 */
export function sheetKey(mode: ApplicantMode): string {
  return mode.kind === 'sign' || mode.kind === 'evaluate' ? `${mode.kind} ${mode.release}` : mode.kind
}

export interface ReleasedGroup { title: string; fields: { label: string; value: string }[] }

/** The terminal writes 父亲 · 姓名: fields of one person stand together under one title. */
export function releasedGroups(fields: SignMode['fields']): ReleasedGroup[] {
  const groups: ReleasedGroup[] = []
  for (const [words, value] of fields) {
    const at = words.indexOf(' · ')
    const title = at < 0 ? '' : words.slice(0, at)
    const last = groups[groups.length - 1]
    const group = last && last.title === title ? last : { title, fields: [] }
    if (group !== last) groups.push(group)
    group.fields.push({ label: at < 0 ? words : words.slice(at + 3), value })
  }
  return groups
}

/** Ink as the terminal takes it. */
export function signatureRequest(release: string, ink: SignatureInk): SubmitSignature {
  return {
    release,
    width: ink.width,
    height: ink.height,
    strokes: ink.strokes.map((stroke) => stroke.map((point): [number, number, number, number] => [point.x, point.y, point.pressure, point.t])),
  }
}
