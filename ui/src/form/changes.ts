import type { FieldChange } from './types'

/** The host saves a draft within one second of the last key; this is our part of that second. */
export const CHANGE_DELAY_MS = 300

/**
 * Holds back what is being typed for at most 300 ms after the last key. Every field has
 * its own clock, and leaving a field lets its change go at once.
 */
export class PendingChanges {
  private readonly waiting = new Map<string, { change: FieldChange; timer: ReturnType<typeof setTimeout> }>()

  constructor(private readonly send: (change: FieldChange) => void, private readonly delay = CHANGE_DELAY_MS) {}

  /** A key was pressed. */
  typed(change: FieldChange): void {
    this.forget(change.field)
    const timer = setTimeout(() => this.flush(change.field), this.delay)
    this.waiting.set(change.field, { change, timer })
  }

  /** A value was chosen: nothing to wait for. */
  chosen(change: FieldChange): void {
    this.forget(change.field)
    this.send(change)
  }

  /** Sends what waits, for one field or for all. */
  flush(field?: string): void {
    const fields = field === undefined ? Array.from(this.waiting.keys()) : [field]
    for (const id of fields) {
      const entry = this.waiting.get(id)
      if (!entry) continue
      this.forget(id)
      this.send(entry.change)
    }
  }

  isWaiting(field: string): boolean {
    return this.waiting.has(field)
  }

  private forget(field: string): void {
    const entry = this.waiting.get(field)
    if (entry) clearTimeout(entry.timer)
    this.waiting.delete(field)
  }
}
