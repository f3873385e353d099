/**
 * Moving between fields. A field's control carries `data-field-control`; a group
 * (section) carries `data-field-group`. Enter walks through all fields of a form,
 * Tab walks through everything inside one group and begins again at its top.
 */

const TABBABLE = 'input:not([disabled]),textarea:not([disabled]),select:not([disabled]),button:not([disabled]),[tabindex]'

function visible(element: HTMLElement): boolean {
  return element.closest('[hidden]') === null && element.tabIndex >= 0
}

/** Writable field controls in reading order. */
export function fieldControls(root: HTMLElement): HTMLElement[] {
  return Array.from(root.querySelectorAll<HTMLElement>('[data-field-control]')).filter(visible)
}

/** Moves to the next (+1) or previous (−1) field. False at the end of the form. */
export function moveField(root: HTMLElement, from: EventTarget | null, step: 1 | -1): boolean {
  const controls = fieldControls(root)
  const field = from instanceof HTMLElement ? from.closest<HTMLElement>('[data-field]') : null
  const place = controls.findIndex((control) => control === from || (field !== null && field.contains(control)))
  const next = controls[place + step]
  if (place < 0 || !next) return false
  focusControl(next)
  return true
}

/** Tab inside the group that holds `from`, round from the last to the first. */
export function moveInGroup(from: EventTarget | null, step: 1 | -1): boolean {
  const group = from instanceof HTMLElement ? from.closest<HTMLElement>('[data-field-group]') : null
  if (!group) return false
  const all = Array.from(group.querySelectorAll<HTMLElement>(TABBABLE)).filter(visible)
  const place = all.indexOf(from as HTMLElement)
  if (place < 0 || all.length < 2) return false
  focusControl(all[(place + step + all.length) % all.length]!)
  return true
}

/** Focus with the text selected, so that typing replaces and an arrow keeps it. */
export function focusControl(control: HTMLElement): void {
  control.focus()
  if (control instanceof HTMLInputElement) control.select()
  control.scrollIntoView?.({ block: 'nearest' })
}
