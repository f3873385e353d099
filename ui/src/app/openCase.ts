import { asFailure, call, newCommandId, NO_ANSWER } from '@/rpc'
import type { CaseLine, CaseView, MatterLine } from '@/rpc'
import { fail } from './messages'
import { go, replace, view } from './view'

/** Names of openings whose answer is still out, so that pressing again opens the same case. */
const names = new Map<string, string>()
let opening = false

/** A case that was just opened or asked for, for the page that shows it next: its first picture waits for no answer. */
let brought: { seen: CaseView; visit: number } | null = null
export function takeBrought(id: string): CaseView | null {
  // Only for the visit that it was brought for: what another page did to the case since then is not in it.
  const now = brought?.seen.line.id === id && brought.visit === view.visit.value ? brought.seen : null
  brought = null
  return now
}
const bring = (seen: CaseView): void => { brought = { seen, visit: view.visit.value } }

/** Begins a case and goes to it. */
export async function openMatter(matter: Pick<MatterLine, 'id'>, arrival: boolean): Promise<void> {
  if (opening) return
  opening = true
  const key = `${matter.id} ${arrival}`
  const command = names.get(key) ?? newCommandId()
  names.set(key, command)
  try {
    const opened = await call('open_case', { command, matter: matter.id, arrival })
    names.delete(key)
    const target = { page: 'intake', case: opened.line.id } as const
    if (view.route.value.page === 'matters' || view.route.value.page === 'consult') replace(target)
    else go(target)
    bring(opened)
  } catch (thrown) {
    if (asFailure(thrown).code !== NO_ANSWER) names.delete(key)
    fail(thrown, () => openMatter(matter, arrival))
  } finally {
    opening = false
  }
}

/** Begins a case with the data of another one (连办, 再次办理), and goes to it. */
export async function openFrom(from: string, matter: string, relation: 'one_more' | 'redo'): Promise<void> {
  if (opening) return
  opening = true
  const key = `${relation} ${from} ${matter}`
  const command = names.get(key) ?? newCommandId()
  names.set(key, command)
  try {
    const opened = await call('open_from', { command, from, matter, relation })
    names.delete(key)
    const target = { page: 'intake', case: opened.line.id } as const
    if (view.route.value.page === 'matters') replace(target)
    else go(target)
    bring(opened)
  } catch (thrown) {
    if (asFailure(thrown).code !== NO_ANSWER) names.delete(key)
    fail(thrown, () => openFrom(from, matter, relation))
  } finally {
    opening = false
  }
}

/** Goes to a case: to the form while it lies at the counter, else to look at it. */
export async function openLine(line: Pick<CaseLine, 'id'>): Promise<void> {
  try {
    const seen = await call('case', { case: line.id })
    const mine = seen.actions.some((one) => one.action === 'review' && one.enabled)
    if (seen.editable) go({ page: 'intake', case: line.id })
    else if (mine) go({ page: 'review', case: line.id })
    else go({ page: 'case', case: line.id })
    bring(seen)
  } catch (thrown) {
    fail(thrown, () => openLine(line))
  }
}
