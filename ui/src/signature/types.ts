/** One point of a stroke on a sheet of `width` × `height` units. */
export interface InkPoint {
  x: number
  y: number
  /** 0 to 1023. A mouse or a finger that knows no pressure gives 512. */
  pressure: number
  /** Milliseconds since the first point of the signature. */
  t: number
}

export type Stroke = readonly InkPoint[]

export interface SignatureInk {
  /** Size of the sheet in its own units, so that the ink can be drawn at any size. */
  width: number
  height: number
  strokes: readonly Stroke[]
}
