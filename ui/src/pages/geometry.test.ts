import { describe, expect, it } from 'vitest'
import { boxBetween, croppedSize, fitScale, growBox, heldOffset, nextTurn, reordered, shiftBox, turnCrop } from './geometry'
import type { CropBox, Turn } from './types'

describe('pages', () => {
  it('turn round in four steps, and their crop with them', () => {
    const crop: CropBox = { x: 0.1, y: 0.2, width: 0.5, height: 0.25 }
    let turn: Turn = 0
    let box = crop
    for (let step = 0; step < 4; step += 1) { turn = nextTurn(turn, 1); box = turnCrop(box, 1) }
    expect(turn).toBe(0)
    for (const key of ['x', 'y', 'width', 'height'] as const) expect(box[key]).toBeCloseTo(crop[key])
    const back = turnCrop(turnCrop(crop, 1), -1)
    for (const key of ['x', 'y', 'width', 'height'] as const) expect(back[key]).toBeCloseTo(crop[key])
    // What was in the upper left corner is in the upper right one after a turn to the right.
    expect(turnCrop({ x: 0, y: 0, width: 0.2, height: 0.1 }, 1)).toEqual({ x: 0.9, y: 0, width: 0.1, height: 0.2 })
    expect(nextTurn(0, -1)).toBe(270)
  })
  it('fit the room whichever way they lie', () => {
    const size = croppedSize({ width: 1000, height: 2000 }, 90, { x: 0, y: 0, width: 0.5, height: 1 })
    expect(size).toEqual({ width: 1000, height: 1000 })
    expect(fitScale(size, { width: 524, height: 824 })).toBe(0.5)
    expect(fitScale({ width: 0, height: 0 }, { width: 100, height: 100 })).toBe(1)
  })
  it('cannot be pushed out of sight', () => {
    expect(heldOffset({ x: 9999, y: -9999 }, { width: 400, height: 800 }, { width: 400, height: 600 })).toEqual({ x: 24, y: -124 })
  })
  it('are cropped inside their edges', () => {
    const box = boxBetween({ x: 0.8, y: 1.4 }, { x: -0.2, y: 0.5 })
    expect(box).toEqual({ x: 0, y: 0.5, width: 0.8, height: 0.5 })
    expect(shiftBox(box, 1, 1)).toMatchObject({ x: expect.closeTo(0.2), y: 0.5 })
    expect(growBox(box, 5, -5)).toMatchObject({ width: 1, height: 0.05 })
  })
  it('change places with their neighbours only', () => {
    const ids = ['a', 'b', 'c']
    expect(reordered(ids, 'b', 1)).toEqual(['a', 'c', 'b'])
    expect(reordered(ids, 'b', -1)).toEqual(['b', 'a', 'c'])
    expect(reordered(ids, 'a', -1)).toBe(ids)
    expect(reordered(ids, 'x', 1)).toBe(ids)
  })
})
