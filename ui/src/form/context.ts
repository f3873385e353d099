import type { InjectionKey, Ref } from 'vue'
import type { AddressLookup, CodeLookup, CodeTables, FieldChange } from './types'
import type { RareCharacterFile } from './rareCharacters'

/** Keys that the control under the cursor understands by itself, beyond typing. */
export interface ControlKeys {
  /** A key by its name (ArrowDown, +, PageUp). True when it was used. */
  key(name: string): boolean
  /** The field is about to be left: takes the entry that is marked in an open list. */
  settle(): void
}

export interface FormContext {
  codes: CodeTables
  rare: () => RareCharacterFile | undefined
  addressLookup: () => AddressLookup | undefined
  codeLookup: () => CodeLookup | undefined
  typed(change: FieldChange): void
  chosen(change: FieldChange): void
  left(field: string): void
  isWaiting(field: string): boolean
  /** Set by the control that has the focus. */
  current: Ref<ControlKeys | null>
  /** Field under the cursor and the sentence that belongs to it. */
  standing: Ref<string | null>
  sentences: Record<string, { text: string; tone: 'plain' | 'done' | 'stop' | 'due' }>
  /** Field whose source panel or character picker is open. */
  openSource: Ref<string | null>
  openPicker: Ref<string | null>
  review: () => boolean
}

export const formContext: InjectionKey<FormContext> = Symbol('form')

export interface ControlNote {
  text: string
  tone: 'plain' | 'done' | 'stop' | 'due'
  /** Only the rest is missing: no fault while it is being typed. */
  unfinished?: boolean
}

/** Attributes that every control puts on its focusable element. */
export type ControlAttributes = Record<string, string | boolean | undefined>
