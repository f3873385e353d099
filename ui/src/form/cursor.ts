/** Reading and restoring the cursor of a form, counted in code points. */
import { pointsBefore, unitIndex } from '../text/codepoints'
import type { CursorPlace } from './types'

type TextElement = HTMLInputElement | HTMLTextAreaElement

const isText = (element: Element | null): element is TextElement =>
  element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement

/** The place of the cursor inside `root`; null when it stands elsewhere. */
export function readCursor(root: HTMLElement): CursorPlace | null {
  const element = document.activeElement
  if (!(element instanceof HTMLElement) || !root.contains(element)) return null
  const field = element.closest<HTMLElement>('[data-field]')?.dataset.field
  if (field === undefined) return null
  if (!isText(element)) return { field, start: 0, end: 0 }
  return {
    field,
    start: pointsBefore(element.value, element.selectionStart ?? 0),
    end: pointsBefore(element.value, element.selectionEnd ?? 0),
  }
}

/** Puts the cursor back. False when the field is no longer there. */
export function restoreCursor(root: HTMLElement, place: CursorPlace): boolean {
  const cell = Array.from(root.querySelectorAll<HTMLElement>('[data-field]'))
    .find((element) => element.dataset.field === place.field)
  const control = cell?.querySelector<HTMLElement>('[data-field-control]')
  if (!control) return false
  control.focus()
  if (isText(control)) {
    control.setSelectionRange(unitIndex(control.value, place.start), unitIndex(control.value, place.end))
  }
  return true
}
