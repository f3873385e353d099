/**
 * What is typed between two acts. Every change goes into an encrypted draft row at once; leaving a section makes it
 * part of the case. One request at a time, in order: a draft must never overtake the change that ends it.
 */
import { shallowRef, type ShallowRef } from 'vue'
import type { CursorPlace } from '@/form/types'
import { asFailure, newCommandId, NO_ANSWER, type CaseView, type ChangeFields, type DraftView, type RpcFailure, type SaveDraft } from '@/rpc'
import { unitIndex } from '@/text/codepoints'
import { sectionOf } from './form'

/** A cursor that only wanders is saved less often than a text. */
const CURSOR_MS = 1000
/** Codes that say: the screen was closed meanwhile. The terminal has made the drafts part of the case itself. */
const CLOSED = ['SCREEN_LOCKED', 'NO_SESSION']

export interface DraftLine {
  saveDraft(request: SaveDraft): Promise<unknown>
  changeFields(request: ChangeFields): Promise<CaseView>
}

export interface DraftEvents {
  /** The store has confirmed what was typed. */
  saved(): void
  /** The case has changed. */
  changed(view: CaseView): void
  failed(failure: RpcFailure): void
}

export class DraftKeeper {
  /** Typed, not yet part of the case. */
  readonly pending: ShallowRef<ReadonlyMap<string, string>> = shallowRef(new Map())
  /** Reasons for changes of locked fields, by field. */
  readonly reasons = new Map<string, string>()
  private cursor: CursorPlace | null = null
  private section = ''
  private queue: Promise<unknown> = Promise.resolve()
  private saveWaits = false
  private cursorTimer: ReturnType<typeof setTimeout> | undefined
  /** Names of commits whose answer is still out, by what they carry. */
  private readonly names = new Map<string, string>()
  /** What the terminal would not take; not sent again until it is typed anew. */
  private readonly refused = new Map<string, string>()

  constructor(private readonly caseId: string, private readonly line: DraftLine, private readonly events: DraftEvents) {}

  /** Takes up what was typed before a restart. */
  restore(draft: DraftView | null): void {
    if (!draft) return
    this.pending.value = new Map([...draft.values, ...this.pending.value])
    this.section = draft.field ? sectionOf(draft.field) : this.section
  }

  /** A field got another text. */
  type(field: string, value: string): void {
    const next = new Map(this.pending.value)
    next.set(field, value)
    this.pending.value = next
    this.refused.delete(field)
    this.section = sectionOf(field)
    void this.save()
  }

  /** The cursor moved. True when it came to another section, so that the one left is to be committed. */
  moved(place: CursorPlace): boolean {
    const left = this.section !== '' && this.section !== sectionOf(place.field)
    this.cursor = place
    this.section = sectionOf(place.field)
    if (this.pending.value.size > 0) {
      clearTimeout(this.cursorTimer)
      this.cursorTimer = setTimeout(() => { void this.save() }, CURSOR_MS)
    }
    return left
  }

  /** Writes the draft; changes that come while one is on its way go out together with the next. */
  save(): Promise<unknown> {
    clearTimeout(this.cursorTimer)
    if (this.saveWaits) return this.queue
    this.saveWaits = true
    return this.after(async () => {
      this.saveWaits = false
      const field = this.cursor?.field ?? null
      const text = field === null ? '' : this.pending.value.get(field) ?? ''
      try {
        await this.line.saveDraft({
          case: this.caseId,
          section: this.section,
          values: Array.from(this.pending.value),
          field,
          cursor: field === null || text === '' ? this.cursor?.start ?? 0 : unitIndex(text, this.cursor?.start ?? 0),
        })
        this.events.saved()
      } catch (thrown) {
        this.tell(thrown)
      }
    })
  }

  /** Makes what was typed part of the case: of one section, or everything. True when nothing is left that was refused. */
  commit(only?: string): Promise<boolean> {
    return this.after(async () => {
      const wanted = Array.from(this.pending.value)
        .filter(([field, value]) => (only === undefined || sectionOf(field) === only) && this.refused.get(field) !== value)
      // A reason belongs to the locked field that it was given for.
      const groups = new Map<string, [string, string][]>()
      for (const change of wanted) {
        const reason = this.reasons.get(change[0]) ?? ''
        groups.set(reason, [...(groups.get(reason) ?? []), change])
      }
      let whole = true
      for (const [reason, changes] of groups) whole = await this.send(changes, reason) && whole
      return whole
    })
  }

  /** Forgets a text that was typed, so that the case's own value stands again. */
  forget(field: string): void {
    const next = new Map(this.pending.value)
    next.delete(field)
    this.pending.value = next
    this.reasons.delete(field)
    this.refused.delete(field)
    void this.save()
  }

  private async send(changes: [string, string][], reason: string): Promise<boolean> {
    const key = JSON.stringify([changes, reason])
    const command = this.names.get(key) ?? newCommandId()
    this.names.set(key, command)
    try {
      const view = await this.line.changeFields({ command, case: this.caseId, changes, reason })
      this.names.delete(key)
      const next = new Map(this.pending.value)
      for (const [field, value] of changes) {
        // What was typed on while the answer was out stays.
        if (next.get(field) === value) next.delete(field)
        this.reasons.delete(field)
      }
      this.pending.value = next
      this.events.changed(view)
      this.events.saved()
      return true
    } catch (thrown) {
      const failure = this.tell(thrown)
      if (failure.code !== NO_ANSWER) {
        this.names.delete(key)
        const refused = failure.refusal && 'field' in failure.refusal ? failure.refusal.field : undefined
        for (const [field, value] of changes) if (refused === undefined || refused === field) this.refused.set(field, value)
        const others = changes.filter(([field]) => field !== refused)
        // One field that is refused does not hold back the others.
        if (refused !== undefined && others.length > 0 && others.length < changes.length) await this.send(others, reason)
      }
      return false
    }
  }

  private tell(thrown: unknown): RpcFailure {
    const failure = asFailure(thrown)
    if (!CLOSED.includes(failure.code)) this.events.failed(failure)
    return failure
  }

  private after<T>(work: () => Promise<T>): Promise<T> {
    const run = this.queue.then(work)
    this.queue = run.catch(() => undefined)
    return run
  }
}
