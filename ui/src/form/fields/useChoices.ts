import { computed, inject, ref, type Ref } from 'vue'
import { formContext, type ControlKeys } from '../context'
import { pageOf } from '../paging'

/** Rows of one page: what fits under a field at 200 % without covering the whole form. */
const PAGE_SIZE = 9
/** A list that opens without a marked entry. */
export const NOTHING_MARKED = -1

/**
 * An open list below a field: page, marked entry, and the keys that move them.
 * `openOnKey` prepares the whole list and says which entry to mark. Without `signs` + and − are text (2-301).
 */
export function useChoices<T>(items: Ref<readonly T[]>, take: (item: T) => void, openOnKey: () => number, signs = true) {
  const form = inject(formContext)
  const open = ref(false)
  const pageNumber = ref(0)
  const active = ref(0)
  const page = computed(() => pageOf(items.value, pageNumber.value, PAGE_SIZE))

  /** Opens with the entry at `at` marked, counted through all pages. */
  function show(at = 0): void {
    pageNumber.value = at > 0 ? Math.floor(at / PAGE_SIZE) : 0
    active.value = at > 0 ? at % PAGE_SIZE : at
    open.value = true
  }

  function turn(step: 1 | -1): void {
    const before = page.value.page
    pageNumber.value = Math.max(0, Math.min(before + step, page.value.pages - 1))
    if (pageNumber.value !== before) active.value = 0
  }

  function mark(step: 1 | -1): void {
    const next = active.value + step
    if (next >= page.value.items.length) {
      if (page.value.page < page.value.pages - 1) turn(1)
    } else if (next < 0) {
      if (page.value.page > 0) { turn(-1); active.value = page.value.items.length - 1 }
    } else active.value = next
  }

  function pick(index: number): void {
    const item = page.value.items[index]
    open.value = false
    if (item !== undefined) take(item)
  }

  const keys: ControlKeys = {
    key(name) {
      if (!signs && (name === '+' || name === '-')) return false
      if (!open.value) {
        if (name !== 'ArrowDown' && name !== '+') return false
        show(openOnKey())
        return true
      }
      if (name === 'ArrowDown') mark(1)
      else if (name === 'ArrowUp') mark(-1)
      else if (name === '+' || name === 'PageDown') turn(1)
      else if (name === '-' || name === 'PageUp') turn(-1)
      else if (name === 'Escape') open.value = false
      else return false
      return true
    },
    settle() { if (open.value && active.value >= 0) pick(active.value) },
  }

  function focused(): void { if (form) form.current.value = keys }
  function blurred(): void {
    open.value = false
    if (form?.current.value === keys) form.current.value = null
  }

  return { open, page, active, show, turn, pick, focused, blurred }
}
