import { FULL_PRESSURE } from './recorder'
import type { SignatureInk, Stroke } from './types'

/** Width of a line at full pressure, as a share of the sheet's height. */
const BOLDEST = 0.022
const FINEST = 0.006

function drawStroke(context: CanvasRenderingContext2D, stroke: Stroke, height: number, scale: number): void {
  const wide = (pressure: number) => (FINEST + (BOLDEST - FINEST) * (pressure / FULL_PRESSURE)) * height * scale
  const first = stroke[0]
  if (!first) return
  if (stroke.length === 1) {
    context.beginPath()
    context.arc(first.x * scale, first.y * scale, wide(first.pressure) / 2, 0, 2 * Math.PI)
    context.fill()
    return
  }
  for (let place = 1; place < stroke.length; place += 1) {
    const a = stroke[place - 1]!
    const b = stroke[place]!
    context.lineWidth = wide((a.pressure + b.pressure) / 2)
    context.beginPath()
    context.moveTo(a.x * scale, a.y * scale)
    context.lineTo(b.x * scale, b.y * scale)
    context.stroke()
  }
}

/** Draws the ink onto a canvas of `width` CSS pixels; the height follows the sheet. */
export function drawInk(canvas: HTMLCanvasElement, ink: SignatureInk, width: number, colour: string): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const ratio = window.devicePixelRatio || 1
  const scale = width / ink.width
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(ink.height * scale * ratio)
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.strokeStyle = colour
  context.fillStyle = colour
  for (const stroke of ink.strokes) drawStroke(context, stroke, ink.height, scale)
}
