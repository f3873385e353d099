import { currentTransport } from './client'
import type { Change } from './generated/Change'

export type Topic = 'shell' | 'desk' | `case:${string}` | 'devices' | 'sync' | 'arrival' | 'applicant' | 'queue' | `operation:${string}`
/** Called with the topic that changed, or with null: everything may have changed. */
export type Changed = (topic: string | null) => void

/** Hands changes to those who watch a topic; a gap in the revisions makes everybody ask anew. */
export class ChangeStream {
  private readonly watchers = new Set<{ topics: readonly string[]; changed: Changed }>()
  private readonly lineWatchers = new Set<(up: boolean) => void>()
  private revision: number | undefined
  private stop: (() => void) | undefined

  /** Opens the line. A second call does nothing. */
  start(): void {
    if (this.stop) return
    this.stop = currentTransport().listen({
      change: (change) => this.take(change),
      gap: () => this.everything(),
      up: () => { this.tellLine(true); this.everything() },
      down: () => this.tellLine(false),
    })
  }

  end(): void {
    this.stop?.()
    this.stop = undefined
    this.revision = undefined
  }

  /** Watches topics; `operation:` and `case:` without a name watch all of their kind. */
  watch(topics: readonly (Topic | 'case:' | 'operation:')[], changed: Changed): () => void {
    const watcher = { topics, changed }
    this.watchers.add(watcher)
    return () => { this.watchers.delete(watcher) }
  }

  /** Whether the line to the program stands. */
  watchLine(told: (up: boolean) => void): () => void {
    this.lineWatchers.add(told)
    return () => { this.lineWatchers.delete(told) }
  }

  /** A change as it comes; public for the double and the tests. */
  take(change: Change): void {
    const before = this.revision
    // Late or doubled news are no news.
    if (before !== undefined && change.revision <= before) return
    this.revision = change.revision
    if (before !== undefined && change.revision !== before + 1) {
      this.tell(null)
      return
    }
    for (const topic of change.topics) this.tell(topic)
  }

  private everything(): void {
    // What counts next is the revision of the next change; anything between was asked for anew.
    this.revision = undefined
    this.tell(null)
  }

  private tell(topic: string | null): void {
    for (const { topics, changed } of Array.from(this.watchers)) {
      const asked = topic === null || topics.some((one) => one === topic || (one.endsWith(':') && topic.startsWith(one)))
      if (asked) changed(topic)
    }
  }

  private tellLine(up: boolean): void {
    for (const told of this.lineWatchers) told(up)
  }
}

/** The one stream of this window. */
export const changes = new ChangeStream()
