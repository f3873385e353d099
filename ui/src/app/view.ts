import { computed, shallowRef } from 'vue'
import type { Route } from './routes'

/** Steps back that are kept. */
const KEPT = 20

const route = shallowRef<Route>({ page: 'desk' })
const past = shallowRef<readonly Route[]>([])
/** Rises with every change of place, so that the same page with other props is built anew. */
const visit = shallowRef(0)
/** What must be kept before a page is left: a draft that still waits. */
const leaving = new Set<() => Promise<unknown> | void>()

const same = (one: Route, other: Route): boolean => JSON.stringify(one) === JSON.stringify(other)

export const view = {
  route: computed(() => route.value),
  visit: computed(() => visit.value),
  canGoBack: computed(() => past.value.length > 0),
}

function settle(): void {
  for (const keep of Array.from(leaving)) void keep()
}

/** Opens a page. The page that is left keeps what was typed by itself. */
export function go(next: Route): void {
  if (same(next, route.value)) return
  settle()
  past.value = [...past.value.slice(-KEPT + 1), route.value]
  route.value = next
  visit.value += 1
}

/** One step back; the desk when there is none. */
export function back(): void {
  const last = past.value[past.value.length - 1]
  settle()
  past.value = past.value.slice(0, -1)
  route.value = last ?? { page: 'desk' }
  visit.value += 1
}

/** Puts another page in the place of this one: a matter chosen becomes its case, and back leads past it. */
export function replace(next: Route): void {
  if (same(next, route.value)) return
  settle()
  route.value = next
  visit.value += 1
}

/** Forgets the way: another officer, another post. */
export function startAtDesk(): void {
  settle()
  past.value = []
  route.value = { page: 'desk' }
  visit.value += 1
}

/** Called before the page changes; the returned function ends it. */
export function beforeLeaving(keep: () => Promise<unknown> | void): () => void {
  leaving.add(keep)
  return () => { leaving.delete(keep) }
}

/** Everything that still waits is sent; before lock, log-out, park and submit. */
export async function settleAll(): Promise<void> {
  await Promise.all(Array.from(leaving).map((keep) => keep()))
}
