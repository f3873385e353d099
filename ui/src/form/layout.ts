import { usualWidth, type FormField } from './types'

/** How wide the form itself is, whatever the window: it decides how many fields stand in a row. */
export type FormSize = 'wide' | 'medium' | 'narrow'

/** An ID number in groups needs about 230 px beside its mark; these limits keep that room. */
export function sizeOf(width: number): FormSize {
  if (width >= 900) return 'wide'
  return width >= 540 ? 'medium' : 'narrow'
}

/** Labels at the left need 120 px beside every control; in a narrower form they stand above. */
const LEFT_LABELS_FROM = 1200

export function labelsAt(width: number, wanted: 'left' | 'above'): 'left' | 'above' {
  return width >= LEFT_LABELS_FROM ? wanted : 'above'
}

/** Twelfths of the row that a field takes at a size. */
export function spanOf(field: FormField, size: FormSize): number {
  const asked = Math.max(1, Math.min(12, field.width ?? usualWidth[field.type]))
  if (size === 'wide') return asked
  if (size === 'medium') return asked <= 3 ? 3 : asked <= 6 ? 6 : 12
  return asked <= 3 ? 6 : 12
}
