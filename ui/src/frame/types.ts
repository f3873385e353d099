import type { Tone } from '@/design'

export interface FrameTab {
  id: string
  label: string
  /** F2, Alt+T. It stands beside the label. */
  key: string
  /** Shown behind the label when above 0. */
  count?: number
  disabled?: boolean
}

export interface Post {
  id: string
  /** 受理, 审核. */
  label: string
  /** 城关派出所: where the post is held, when it is not this unit. */
  unit?: string
}

export interface DeviceState {
  id: string
  /** 读卡器. */
  label: string
  tone: Tone
  /** What is the matter, in one or two words: 未接, 缺纸, 柜台一在用. Empty when all is well. */
  words?: string
}

export interface SyncState {
  tone: Tone
  /** 已全部上传; 3 件待传，网络断开 8 分钟. */
  words: string
}

export interface UndoOffer {
  id: string
  /** What would be undone: 删除第 2 页. */
  label: string
  /** When it was done, `Date.now()` of this window. */
  since: number
}

export interface FrameMessage {
  id: string
  tone: Tone
  /** What happened, what it means, what to do. */
  text: string
}

/** How long an act can be undone, as promised on the screen. */
export const UNDO_MS = 10_000

/** Whole seconds that are left for an undo; 0 when it is over. */
export function undoSeconds(offer: UndoOffer, now: number): number {
  return Math.max(0, Math.ceil((offer.since + UNDO_MS - now) / 1000))
}
