import { sectionOf } from '@/app/form'
import { isCitizenNumber } from '@/form/awaited'
import type { CaseView } from '@/rpc'

/**
 * Whether what was typed becomes part of the case when the cursor leaves a field though it stays in the group: after a
 * citizen's number, because the register is asked with it and fills what comes next; after a correction, because checks
 * that said something against the old value are to be made again; and after the last thing that the group lacked, because
 * the submit key must not name what stands there already.
 */
export function completes(view: CaseView, left: string, pending: ReadonlyMap<string, string>): boolean {
  const typed = pending.get(left)
  const section = view.sections.find((one) => one.id === sectionOf(left))
  if (typed === undefined || !section) return false
  const fields = section.rows.reduce((all, row) => all.concat(row), [])
  const field = fields.find((one) => one.path === left)
  if (field?.kind === 'id_number' && isCitizenNumber(typed)) return true
  if (field && field.value !== '' && typed !== '' && field.value !== typed) return true
  const lacking = fields.filter((one) => one.required && !one.assigned && one.value === '')
  return section.lacking > 0 && lacking.length > 0 && lacking.every((one) => (pending.get(one.path) ?? '') !== '')
}
