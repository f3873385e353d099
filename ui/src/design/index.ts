/** The look of both windows: import once per entry. */
import './tokens.css'
import './base.css'

export type Contrast = 'normal' | 'high'

/** Meaning of a colour. A tone never stands alone: a word or a sign goes with it. */
export type Tone = 'plain' | 'done' | 'due' | 'stop'

/** The sign that stands with a tone, so that a state can be read without seeing colours. */
export const toneSign: Record<Tone, string> = { plain: '○', done: '✓', due: '◐', stop: '✕' }

/** Switches the whole window between the normal and the high-contrast theme. */
export function setContrast(contrast: Contrast): void {
  document.documentElement.dataset.contrast = contrast
}
