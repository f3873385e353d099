/** Names of keys: how a binding is written in code (`Shift+Enter`) and how it stands on the screen. */

const SHOWN: Record<string, string> = {
  ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', ' ': '空格', Space: '空格',
  PageUp: 'PgUp', PageDown: 'PgDn', '-': '−', Backspace: '退格',
}

/** The name of a pressed key, in the order Ctrl, Alt, Shift. */
export function nameOfEvent(event: KeyboardEvent): string {
  let key = event.key
  if (key === ' ') key = 'Space'
  const letter = /^[a-z]$/i.test(key)
  if (letter) key = key.toUpperCase()
  const parts: string[] = []
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl')
  if (event.altKey) parts.push('Alt')
  // Shift is part of a sign such as ? or +, and is named only where it changes the meaning.
  if (event.shiftKey && (letter || key.length > 1)) parts.push('Shift')
  parts.push(key === '−' ? '-' : key)
  return parts.join('+')
}

/** How a binding is written for people. */
export function shownKey(name: string): string {
  if (name === '+') return '+'
  return splitName(name).map((part) => SHOWN[part] ?? part).join('+')
}

/** True when pressing this would otherwise type a character into a text field. */
export function typesText(name: string): boolean {
  const parts = splitName(name)
  const key = parts[parts.length - 1] ?? ''
  if (parts.includes('Ctrl') || parts.includes('Alt')) return false
  return key === 'Space' || key.length === 1
}

function splitName(name: string): string[] {
  if (name === '+') return ['+']
  return name.endsWith('++') ? [...name.slice(0, -2).split('+'), '+'] : name.split('+')
}
