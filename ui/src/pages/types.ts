/** A rectangle of the turned picture, each number a share from 0 to 1. */
export interface CropBox { x: number; y: number; width: number; height: number }

export type Turn = 0 | 90 | 180 | 270

export interface PagePicture {
  id: string
  /** Address of the picture as it was taken. Turning and cropping are drawn here, not baked in. */
  url: string
  /** A smaller picture for the strip. */
  thumbUrl?: string
  /** 第 1 页, or what is on it. */
  label?: string
  turn: Turn
  crop?: CropBox
  /** Why the picture will not do, and what to do about it. Stands on the picture. */
  problem?: string
  problemTone?: 'stop' | 'due'
}
