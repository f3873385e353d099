import { describe, expect, it } from 'vitest'
import type { MaterialView } from '@/rpc'
import type { Turn } from '@/pages/types'
import { groupMaterials, materialState, missingWords, nextMaterial, pageAfter } from './materials'
import { cropThousandths, PendingTurns, unturnBox } from './pageEdits'

const page = (id: string) => ({ id, blob: id.repeat(8), attestation: null, kept: '', here: true })
const material = (id: string, rule: MaterialView['rule'], met: boolean, pages: string[] = [], group = ''): MaterialView => ({
  id, name: `材料${id}`, plain: '', rule, group, met, open: true, tolerated: false, asked_again: false, inspect: '', because: '', pages: pages.map(page), check: null,
})

describe('a crop in thousandths of the stored picture', () => {
  it('rounds to the nearest thousandth', () => {
    expect(cropThousandths({ x: 0.1004, y: 0.2006, width: 0.5, height: 0.25 })).toEqual({ left: 100, top: 201, right: 600, bottom: 451 })
  })
  it('stays inside the picture and never has an empty side', () => {
    expect(cropThousandths({ x: -0.2, y: 0.9999, width: 1.5, height: 0.5 })).toEqual({ left: 0, top: 999, right: 1000, bottom: 1000 })
    expect(cropThousandths({ x: 0.5, y: 0.5, width: 0, height: 0 })).toEqual({ left: 500, top: 500, right: 501, bottom: 501 })
  })
  it('is nothing to cut when it is the whole picture', () => {
    expect(cropThousandths({ x: 0, y: 0, width: 1, height: 1 })).toBeNull()
    expect(cropThousandths({ x: 0.0002, y: 0, width: 0.9998, height: 1 })).toBeNull()
  })
  it('drawn on a page shown turned is carried back to the picture as stored', () => {
    const box = { x: 0.1, y: 0.2, width: 0.3, height: 0.4 }
    // A corner of the stored picture, turned clockwise by hand: (x, y) goes to (1 - y, x) with each quarter.
    const turnPoint = (x: number, y: number, quarters: number): [number, number] => (quarters === 0 ? [x, y] : turnPoint(1 - y, x, quarters - 1))
    for (const turn of [0, 90, 180, 270] as Turn[]) {
      const stored = unturnBox(box, turn)
      const corners = [turnPoint(stored.x, stored.y, turn / 90), turnPoint(stored.x + stored.width, stored.y + stored.height, turn / 90)]
      const left = Math.min(corners[0]![0], corners[1]![0])
      const top = Math.min(corners[0]![1], corners[1]![1])
      expect(left).toBeCloseTo(box.x)
      expect(top).toBeCloseTo(box.y)
      expect(Math.abs(corners[0]![0] - corners[1]![0])).toBeCloseTo(box.width)
      expect(Math.abs(corners[0]![1] - corners[1]![1])).toBeCloseTo(box.height)
    }
  })
})

describe('turning faster than the terminal', () => {
  it('sends one request at a time with all quarters asked for meanwhile', () => {
    const turns = new PendingTurns()
    turns.ask('p', 90)
    expect(turns.send('p')).toBe(1)
    turns.ask('p', 180)
    expect(turns.send('p')).toBe(0)
    turns.ask('p', 270)
    expect(turns.shown('p')).toBe(270)
    turns.done('p')
    // The stored picture is turned once; two quarters are still to be shown and sent.
    expect(turns.shown('p')).toBe(180)
    expect(turns.send('p')).toBe(2)
    turns.done('p')
    expect(turns.shown('p')).toBe(0)
    expect(turns.send('p')).toBe(0)
  })
  it('a whole round while one is on its way is taken back by three more', () => {
    const turns = new PendingTurns()
    turns.ask('p', 90)
    turns.send('p')
    turns.ask('p', 0)
    turns.done('p')
    expect(turns.shown('p')).toBe(270)
    expect(turns.send('p')).toBe(3)
  })
  it('shows the page as stored after a refusal, and keeps pages apart', () => {
    const turns = new PendingTurns()
    turns.ask('p', 90)
    turns.ask('q', 270)
    turns.send('p')
    turns.failed('p')
    expect(turns.shown('p')).toBe(0)
    expect(turns.send('q')).toBe(3)
  })
})

describe('the material list', () => {
  const list = [
    material('1', 'one_of', false, [], 'birth'), material('2', 'required', true, ['a']), material('3', 'one_of', false, [], 'birth'),
    material('4', 'optional', true), material('5', 'required', false),
  ]
  it('puts a one-of group together at the place of its first', () => {
    expect(groupMaterials(list).map((group) => group.materials.map((one) => one.id))).toEqual([['1', '3'], ['2'], ['4'], ['5']])
  })
  it('says what is missing: groups by their choices, nothing for what is optional', () => {
    expect(missingWords(list)).toEqual(['材料1、材料3，任选一种', '材料5'])
    expect(missingWords([material('1', 'one_of', true, ['a'], 'birth'), material('3', 'one_of', true, [], 'birth')])).toEqual([])
  })
  it('does not ask for the second of a group whose first is there', () => {
    expect(materialState(material('3', 'one_of', true, [], 'birth')).tone).toBe('plain')
    expect(materialState(material('3', 'one_of', false, [], 'birth')).tone).toBe('due')
  })
  it('goes on to the next that lacks, round the end, and else to the next', () => {
    expect(nextMaterial(list, '2')?.id).toBe('3')
    expect(nextMaterial(list, '5')?.id).toBe('1')
    expect(nextMaterial([material('1', 'optional', true), material('2', 'optional', true)], '1')?.id).toBe('2')
    expect(nextMaterial([material('1', 'required', true, ['a']), material('2', 'optional', true), material('3', 'required', true, ['b'])], '1')?.id).toBe('3')
    expect(nextMaterial([material('1', 'required', false)], '1')).toBeUndefined()
  })
  it('shows the page just scanned, stays where it was, and moves up when a page is taken out', () => {
    expect(pageAfter([], ['a', 'b'], '')).toBe('a')
    expect(pageAfter(['a', 'b'], ['a', 'b', 'c'], 'a')).toBe('c')
    expect(pageAfter(['a', 'b', 'c'], ['c', 'b', 'a'], 'b')).toBe('b')
    expect(pageAfter(['a', 'b', 'c'], ['a', 'c'], 'b')).toBe('c')
    expect(pageAfter(['a', 'b'], ['a'], 'b')).toBe('a')
    expect(pageAfter(['a'], [], 'a')).toBe('')
  })
})
