/**
 * While an input method composes, every key belongs to it. Browsers say so in three
 * ways that do not always agree: `isComposing`, key code 229 (also on the Enter that
 * ends a composition, where `isComposing` is already false in WebKit), and the key
 * names Process and Unidentified, which some Linux input modules give instead.
 */

let openCompositions = 0

/** Watches one document, for web views that do not set `isComposing`. Returns the way to stop. */
export function watchCompositions(target: EventTarget): () => void {
  const start = () => { openCompositions = 1 }
  const end = () => { openCompositions = 0 }
  target.addEventListener('compositionstart', start, true)
  target.addEventListener('compositionend', end, true)
  // Leaving a field ends its composition, and not every web view says so.
  target.addEventListener('focusout', end, true)
  return () => {
    target.removeEventListener('compositionstart', start, true)
    target.removeEventListener('compositionend', end, true)
    target.removeEventListener('focusout', end, true)
    openCompositions = 0
  }
}

/** True when this key is the input method's and must not be taken. */
export function belongsToInputMethod(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229 || openCompositions > 0
    || event.key === 'Process' || event.key === 'Unidentified' || event.key === 'Dead'
}
