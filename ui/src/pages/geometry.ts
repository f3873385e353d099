/** Where a page lies on the canvas: turned, cropped, zoomed, moved. */
import type { CropBox, Turn } from './types'

export interface Size { width: number; height: number }
export interface Point { x: number; y: number }

export const WHOLE: CropBox = { x: 0, y: 0, width: 1, height: 1 }
/** A crop smaller than this share of the page is a slip of the hand. */
const SMALLEST = 0.05

export function turned(size: Size, turn: Turn): Size {
  return turn === 90 || turn === 270 ? { width: size.height, height: size.width } : size
}

/** Pixels of the turned picture that the crop leaves. */
export function croppedSize(size: Size, turn: Turn, crop: CropBox = WHOLE): Size {
  const whole = turned(size, turn)
  return { width: whole.width * crop.width, height: whole.height * crop.height }
}

/** Largest scale at which everything can be seen. Never above 2: a small picture is not blown up to mush. */
export function fitScale(page: Size, room: Size, margin = 12): number {
  if (page.width <= 0 || page.height <= 0) return 1
  const scale = Math.min((room.width - 2 * margin) / page.width, (room.height - 2 * margin) / page.height)
  return Math.max(0.02, Math.min(scale, 2))
}

/** Keeps a moved page from leaving the canvas. */
export function heldOffset(offset: Point, page: Size, room: Size): Point {
  const limit = (length: number, space: number) => Math.max(0, (length - space) / 2 + 24)
  const hold = (value: number, most: number) => Math.max(-most, Math.min(most, value))
  return { x: hold(offset.x, limit(page.width, room.width)), y: hold(offset.y, limit(page.height, room.height)) }
}

export function nextTurn(turn: Turn, step: 1 | -1): Turn {
  return (((turn + step * 90) % 360) + 360) % 360 as Turn
}

/** A crop turns with its page. */
export function turnCrop(crop: CropBox, step: 1 | -1): CropBox {
  return step === 1
    ? { x: 1 - crop.y - crop.height, y: crop.x, width: crop.height, height: crop.width }
    : { x: crop.y, y: 1 - crop.x - crop.width, width: crop.height, height: crop.width }
}

/** Box between two corners in any order, inside the page. */
export function boxBetween(a: Point, b: Point): CropBox {
  const clip = (value: number) => Math.max(0, Math.min(1, value))
  const left = clip(Math.min(a.x, b.x))
  const top = clip(Math.min(a.y, b.y))
  return { x: left, y: top, width: clip(Math.max(a.x, b.x)) - left, height: clip(Math.max(a.y, b.y)) - top }
}

/** Moves one edge or the whole box by a share of the page. */
export function shiftBox(box: CropBox, dx: number, dy: number): CropBox {
  return {
    ...box,
    x: Math.max(0, Math.min(1 - box.width, box.x + dx)),
    y: Math.max(0, Math.min(1 - box.height, box.y + dy)),
  }
}

export function growBox(box: CropBox, dw: number, dh: number): CropBox {
  return {
    ...box,
    width: Math.max(SMALLEST, Math.min(1 - box.x, box.width + dw)),
    height: Math.max(SMALLEST, Math.min(1 - box.y, box.height + dh)),
  }
}

export const bigEnough = (box: CropBox): boolean => box.width >= SMALLEST && box.height >= SMALLEST

/** The order after moving one page by a step; the same array when it cannot move. */
export function reordered(ids: readonly string[], id: string, step: 1 | -1): readonly string[] {
  const from = ids.indexOf(id)
  const to = from + step
  if (from < 0 || to < 0 || to >= ids.length) return ids
  const next = ids.slice()
  next.splice(from, 1)
  next.splice(to, 0, id)
  return next
}
