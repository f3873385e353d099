import type { Change } from './generated/Change'

/** The line to the terminal is cut, or nobody is there. The command may or may not have been done. */
export class LineBroken extends Error {
  constructor() { super('line broken'); this.name = 'LineBroken' }
}

/** What a window hears without asking. */
export interface ChangeListener {
  change(change: Change): void
  /** Some changes are lost: ask for everything anew. */
  gap(): void
  /** The line is up (again): ask for everything anew. */
  up(): void
  /** The line is cut; it is tried again by itself. */
  down(): void
}

export type FileKind = 'pictures' | 'documents' | 'strokes' | 'frames'

/** The way to the terminal: the agent host's HTTP, or the desktop shell. */
export interface Transport {
  /** Throws an `RpcFailure` when the terminal refused, `LineBroken` when nobody answered. */
  call(command: string, payload: unknown): Promise<unknown>
  listen(listener: ChangeListener): () => void
  /** Address of a stored file. */
  address(kind: FileKind, blob: string, query?: string): string
}
