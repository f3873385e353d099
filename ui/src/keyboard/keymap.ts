/**
 * One key map per window. Screens and widgets open a scope with their bindings while
 * they are on the screen; the scope opened last is asked first. Every binding carries
 * the words that stand beside its key; a binding without words is refused.
 */
import { belongsToInputMethod } from './composing'
import { nameOfEvent, typesText } from './keyName'

export interface KeyBinding {
  /** `F8`, `Ctrl+F`, `Shift+Enter`, `+`, `?`. Several names for one act are allowed. */
  keys: string | readonly string[]
  /** What it does, as it stands on the screen: 挂单, 下一项. */
  label: string
  /** Asked at the time of the key; false leaves the key to the next scope. */
  when?: () => boolean
  /** Also taken while the cursor stands in a text field, though the key types a character. */
  inText?: boolean
  /** Asked when the map is drawn; false leaves the key out: 到第 7 组 in a form of three. */
  listed?: () => boolean
  /** Returning false says: not mine after all. */
  run: (event: KeyboardEvent) => unknown
}

export interface ScopeOptions {
  /** Keys count only while the focus is inside this element. */
  within?: () => HTMLElement | null | undefined
  /** Nothing below this scope is asked; for a dialog that waits for an answer. */
  closed?: boolean
  /** Asked after all others, whenever it was opened: the window's own keys, which a screen may use otherwise. */
  ground?: boolean
}

export interface OpenScope extends ScopeOptions {
  title: string
  bindings: readonly KeyBinding[]
}

/** Keys by which a web view would reload, search, print or leave the page, losing the officer's place. */
const BROWSER_KEYS = new Set([
  'F1', 'F3', 'F5', 'F6', 'F7', 'F10', 'F11', 'F12', 'Ctrl+R', 'Ctrl+Shift+R', 'Ctrl+F5', 'Ctrl+P', 'Ctrl+S',
  'Ctrl+F', 'Ctrl+G', 'Ctrl+J', 'Ctrl+U', 'Ctrl+O', 'Alt+ArrowLeft', 'Alt+ArrowRight',
])

/** True where letters typed belong to the element itself. */
export function isTextTarget(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true
  return target instanceof HTMLInputElement
    && !['button', 'checkbox', 'radio', 'range', 'submit', 'file', 'color'].includes(target.type) && !target.readOnly
}

const namesOf = (binding: KeyBinding): readonly string[] =>
  typeof binding.keys === 'string' ? [binding.keys] : binding.keys

export class KeyMap {
  private readonly scopes: OpenScope[] = []
  private readonly watchers = new Set<() => void>()

  /** Opens a scope above all others; the returned function closes it. */
  open(title: string, bindings: readonly KeyBinding[], options: ScopeOptions = {}): () => void {
    for (const binding of bindings) {
      if (binding.label.trim() === '') throw new Error(`key ${namesOf(binding).join(' ')} has no label`)
    }
    const scope: OpenScope = { title, bindings, ...options }
    this.scopes.push(scope)
    this.told()
    return () => {
      const place = this.scopes.indexOf(scope)
      if (place >= 0) this.scopes.splice(place, 1)
      this.told()
    }
  }

  /** Scopes whose keys count at this moment, the nearest first. For the map shown by `?`. */
  inForce(target: EventTarget | null): OpenScope[] {
    const result: OpenScope[] = []
    const nearestFirst = this.scopes.slice().reverse()
    const order = [...nearestFirst.filter((scope) => !scope.ground), ...nearestFirst.filter((scope) => scope.ground)]
    for (const scope of order) {
      if (!holds(scope, target)) continue
      result.push(scope)
      if (scope.closed) break
    }
    return result
  }

  /** All scopes that are on the screen, those in force first. */
  all(target: EventTarget | null): { scope: OpenScope; inForce: boolean }[] {
    const now = this.inForce(target)
    const onScreen = (scope: OpenScope) => !scope.within || !!scope.within()
    const others = this.scopes.filter((scope) => !now.includes(scope) && onScreen(scope)).reverse()
    return [...now.map((scope) => ({ scope, inForce: true })), ...others.map((scope) => ({ scope, inForce: false }))]
  }

  /** Gives a key to the first binding that wants it. True when it was taken. */
  press(event: KeyboardEvent): boolean {
    if (belongsToInputMethod(event) || event.defaultPrevented) return false
    const name = nameOfEvent(event)
    const inText = isTextTarget(event.target) && typesText(name)
    for (const scope of this.inForce(event.target)) {
      for (const binding of scope.bindings) {
        if (!namesOf(binding).includes(name)) continue
        if (inText && !binding.inText) continue
        if (binding.when && !binding.when()) continue
        if (binding.run(event) === false) continue
        event.preventDefault()
        event.stopPropagation()
        return true
      }
    }
    if (BROWSER_KEYS.has(name)) event.preventDefault()
    return false
  }

  /** Listens on a window. Returns the way to stop. */
  listen(target: Window): () => void {
    const press = (event: KeyboardEvent) => { this.press(event) }
    target.addEventListener('keydown', press)
    return () => target.removeEventListener('keydown', press)
  }

  /** Called whenever a scope opens or closes. */
  watch(told: () => void): () => void {
    this.watchers.add(told)
    return () => this.watchers.delete(told)
  }

  private told(): void {
    for (const told of this.watchers) told()
  }
}

function holds(scope: OpenScope, target: EventTarget | null): boolean {
  if (!scope.within) return true
  const element = scope.within()
  return !!element && target instanceof Node && element.contains(target)
}
