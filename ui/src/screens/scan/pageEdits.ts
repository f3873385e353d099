/** What the page viewer shows in shares and degrees, as the terminal takes it: thousandths and quarter turns. */
import type { CropBox, Turn } from '@/pages/types'

export interface CropThousandths { left: number; top: number; right: number; bottom: number }

const WHOLE = 1000
/** The smallest part that the viewer lets through; rounding may not make it less. */
const LEAST = 1

const hold = (value: number): number => Math.max(0, Math.min(WHOLE, Math.round(value * WHOLE)))

/** A frame drawn on the picture; null when it is the whole picture, so that there is nothing to cut. */
export function cropThousandths(box: CropBox): CropThousandths | null {
  const left = Math.min(hold(box.x), WHOLE - LEAST)
  const top = Math.min(hold(box.y), WHOLE - LEAST)
  const right = Math.max(hold(box.x + box.width), left + LEAST)
  const bottom = Math.max(hold(box.y + box.height), top + LEAST)
  if (left === 0 && top === 0 && right === WHOLE && bottom === WHOLE) return null
  return { left, top, right, bottom }
}

/**
 * Undoes in a frame what was drawn on a page that is shown turned while the stored picture is not yet:
 * the terminal cuts the stored picture.
 */
export function unturnBox(box: CropBox, turn: Turn): CropBox {
  if (turn === 90) return { x: box.y, y: 1 - box.x - box.width, width: box.height, height: box.width }
  if (turn === 180) return { x: 1 - box.x - box.width, y: 1 - box.y - box.height, width: box.width, height: box.height }
  if (turn === 270) return { x: 1 - box.y - box.height, y: box.x, width: box.height, height: box.width }
  return box
}

export const quartersOf = (turn: Turn): number => turn / 90

/**
 * Turns that the officer asked for faster than the terminal bakes them in. The page is shown turned at once;
 * one request at a time goes out with everything asked for since the last one.
 */
export class PendingTurns {
  private readonly wanted = new Map<string, number>()
  private readonly sent = new Map<string, number>()

  /** The page is shown at this turn over its stored picture. */
  shown(page: string): Turn {
    return ((this.wanted.get(page) ?? 0) % 4) * 90 as Turn
  }

  ask(page: string, shown: Turn): void {
    this.wanted.set(page, quartersOf(shown))
  }

  /** Quarter turns to send now, 1 to 3; 0 when there is nothing to send or one is on its way. */
  send(page: string): number {
    if (this.sent.has(page)) return 0
    const quarters = (this.wanted.get(page) ?? 0) % 4
    if (quarters !== 0) this.sent.set(page, quarters)
    return quarters
  }

  /** The stored picture has been turned by what was sent. */
  done(page: string): void {
    const left = ((this.wanted.get(page) ?? 0) - (this.sent.get(page) ?? 0) + 4) % 4
    this.sent.delete(page)
    if (left === 0) this.wanted.delete(page)
    else this.wanted.set(page, left)
  }

  /** The terminal refused: the page stands as it is stored. */
  failed(page: string): void {
    this.sent.delete(page)
    this.wanted.delete(page)
  }
}
