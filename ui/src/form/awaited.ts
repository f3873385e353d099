/** Values that the register gives and nobody types. */

/** 18 signs of a citizen's number, and nothing else. */
export const isCitizenNumber = (value: string): boolean => /^\d{17}[\dX]$/.test(value)

/** What stands where such a value will be: a number is assigned, the rest is told; what need not be there may stay away. */
export function awaitedWords(path: string, required: boolean): string {
  if (!required) return '常口有才填'
  return path.endsWith('.citizen_number') ? '待赋号' : '待常口给出'
}
