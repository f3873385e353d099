import type { FormField } from './types'

/** True when the register was asked and holds something else than the form. */
export function differsFromRegister(field: FormField): boolean {
  return field.registerValue !== undefined && field.registerValue.trim() !== field.value.trim()
}
