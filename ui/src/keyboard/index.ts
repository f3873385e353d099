import { onBeforeUnmount, onMounted } from 'vue'
import { watchCompositions } from './composing'
import { KeyMap, type KeyBinding, type ScopeOptions } from './keymap'

export { belongsToInputMethod } from './composing'
export { shownKey } from './keyName'
export { KeyMap, isTextTarget, type KeyBinding, type OpenScope, type ScopeOptions } from './keymap'

/** The window's key map. */
export const keyMap = new KeyMap()

/** Starts listening; called once by each entry. */
export function startKeyboard(): () => void {
  const stops = [watchCompositions(document), keyMap.listen(window)]
  return () => stops.forEach((stop) => stop())
}

/** A component's keys, in force while it is on the screen. */
export function useKeys(title: string, bindings: readonly KeyBinding[], options: ScopeOptions = {}): void {
  let close: (() => void) | undefined
  onMounted(() => { close = keyMap.open(title, bindings, options) })
  onBeforeUnmount(() => close?.())
}
