/** Collects strokes. Knows nothing of pointers and pixels, so that a signature pad can feed it as well. */
import type { InkPoint, SignatureInk, Stroke } from './types'

export const FULL_PRESSURE = 1023
const MIDDLE_PRESSURE = 512

/** Pressure of a pointer (0 to 1) as 0 to 1023. Zero from something that touches means: it does not know. */
export function pressureOf(pressure: number, kind: string): number {
  if (kind !== 'pen' && (pressure === 0 || pressure === 0.5)) return MIDDLE_PRESSURE
  return Math.max(0, Math.min(FULL_PRESSURE, Math.round(pressure * FULL_PRESSURE)))
}

export class StrokeRecorder {
  private done: InkPoint[][] = []
  private open: InkPoint[] | null = null
  private begin: number | null = null

  constructor(readonly width: number, readonly height: number) {}

  /** Pen down at sheet coordinates; `at` in milliseconds of any steady clock. */
  down(x: number, y: number, pressure: number, at: number): void {
    this.up()
    if (this.begin === null) this.begin = at
    this.open = []
    this.add(x, y, pressure, at)
  }

  move(x: number, y: number, pressure: number, at: number): void {
    if (this.open) this.add(x, y, pressure, at)
  }

  up(): void {
    if (this.open && this.open.length > 0) this.done.push(this.open)
    this.open = null
  }

  /** Takes the last stroke back. The clock of a signature goes on, unless nothing is left. */
  undo(): void {
    this.up()
    this.done.pop()
    if (this.done.length === 0) this.begin = null
  }

  clear(): void {
    this.done = []
    this.open = null
    this.begin = null
  }

  ink(): SignatureInk {
    const strokes: Stroke[] = this.done.map((stroke) => stroke.slice())
    if (this.open && this.open.length > 0) strokes.push(this.open.slice())
    return { width: this.width, height: this.height, strokes }
  }

  get strokeCount(): number {
    return this.done.length + (this.open ? 1 : 0)
  }

  private add(x: number, y: number, pressure: number, at: number): void {
    if (!this.open) return
    const point: InkPoint = {
      x: Math.max(0, Math.min(this.width, Math.round(x))),
      y: Math.max(0, Math.min(this.height, Math.round(y))),
      pressure,
      t: Math.max(0, Math.round(at - (this.begin ?? at))),
    }
    const last = this.open[this.open.length - 1]
    if (last && last.x === point.x && last.y === point.y && last.pressure === point.pressure) return
    this.open.push(point)
  }
}

/** Length of all strokes together, in sheet units. */
export function inkLength(ink: SignatureInk): number {
  let length = 0
  for (const stroke of ink.strokes) {
    for (let place = 1; place < stroke.length; place += 1) {
      const a = stroke[place - 1]!
      const b = stroke[place]!
      length += Math.hypot(b.x - a.x, b.y - a.y)
    }
  }
  return length
}

/** A dot or a slip is no signature: the ink must be at least a quarter of the sheet's width long. */
export function looksSigned(ink: SignatureInk): boolean {
  return inkLength(ink) >= ink.width / 4
}
