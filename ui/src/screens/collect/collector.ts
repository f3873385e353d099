/** Who takes the result: suggestions from the case, and what is still lacking. */
import type { CaseView, DocumentKind } from '@/rpc'
import { idNumberSentence, idNumberState } from '@/text/idNumber'
import { personWords } from '../cases/words'

export interface Collector { name: string; document: DocumentKind; number: string }
export interface Suggestion extends Collector { label: string }

/** Persons of the case whose identity was read or typed; one digit takes one of them. */
export function suggestions(view: CaseView): Suggestion[] {
  const seen = new Set<string>()
  const found: Suggestion[] = []
  for (const one of view.identities) {
    const { name, document, number } = one.identity
    if (!name || seen.has(`${name} ${number}`)) continue
    seen.add(`${name} ${number}`)
    found.push({ label: personWords[one.person], name, document, number })
  }
  return found
}

/** Whether the number can be that of the document shown. */
export function numberStands(collector: Collector): boolean {
  if (collector.document === 'none') return true
  if (collector.document === 'resident_card') return idNumberState(collector.number).kind === 'good'
  return collector.number.trim() !== ''
}

/** One sentence about what is missing before the result can be given out; empty when nothing is. */
export function lacking(collector: Collector, signed: boolean): string {
  if (!collector.name.trim()) return '写明谁来领取。'
  if (collector.document !== 'none' && !collector.number.trim()) return '写明领取人证件的号码。'
  if (collector.document === 'resident_card') {
    const state = idNumberState(collector.number)
    if (state.kind !== 'good') return `领取人号码：${idNumberSentence(state)}。`
  }
  if (!signed) return '请领取人在客屏上签名。'
  return ''
}
