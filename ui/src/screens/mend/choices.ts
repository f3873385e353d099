/** What is chosen of an act that the server did not place, value by value. */
import type { MendAct, MendField } from '@/rpc'

export type Choice = 'mine' | 'now'
export type Choices = ReadonlyMap<string, Choice>

/** Nobody else touched it: the value from here stands. What clashes is chosen by a person, and so has no choice yet. */
export const begin = (act: MendAct): Choices =>
  new Map(act.fields.filter((field) => !field.clashes && !field.same).map((field) => [field.path, 'mine' as const]))

/** Values of which one must still be chosen. */
export const open = (act: MendAct, choices: Choices): MendField[] =>
  act.fields.filter((field) => !field.same && !choices.has(field.path))

/** The values from here that are used. */
export const used = (act: MendAct, choices: Choices): string[] =>
  act.fields.filter((field) => !field.same && choices.get(field.path) === 'mine').map((field) => field.path)

/** The values from here that are given up: they need a reason. */
export const givenUp = (act: MendAct, choices: Choices): MendField[] =>
  act.fields.filter((field) => !field.same && choices.get(field.path) === 'now')

export const choose = (choices: Choices, path: string, choice: Choice): Choices => new Map(choices).set(path, choice)
