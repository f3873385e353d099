import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { inkLength, looksSigned, pressureOf, StrokeRecorder } from './recorder'
import SignatureSurface from './SignatureSurface.vue'
import type { SignatureInk } from './types'

describe('strokes', () => {
  it('hold place, pressure and time since the first point', () => {
    const recorder = new StrokeRecorder(6000, 2400)
    recorder.down(10.4, 20.6, 300, 5000)
    recorder.move(100, 200, 400, 5012)
    recorder.up()
    recorder.down(300, 300, 500, 5200)
    recorder.up()
    expect(recorder.ink()).toEqual({
      width: 6000, height: 2400,
      strokes: [[{ x: 10, y: 21, pressure: 300, t: 0 }, { x: 100, y: 200, pressure: 400, t: 12 }], [{ x: 300, y: 300, pressure: 500, t: 200 }]],
    })
  })
  it('stay on the sheet, drop repeated points, ignore moves without a pen down', () => {
    const recorder = new StrokeRecorder(100, 50)
    recorder.move(1, 1, 500, 0)
    recorder.down(-5, 60, 500, 0)
    recorder.move(-9, 70, 500, 3)
    recorder.move(120, 20, 500, 6)
    expect(recorder.ink().strokes).toEqual([[{ x: 0, y: 50, pressure: 500, t: 0 }, { x: 100, y: 20, pressure: 500, t: 6 }]])
  })
  it('can be taken back one by one, and the clock starts anew only from nothing', () => {
    const recorder = new StrokeRecorder(100, 100)
    recorder.down(1, 1, 1, 100); recorder.up()
    recorder.down(2, 2, 2, 150); recorder.up()
    recorder.undo()
    expect(recorder.strokeCount).toBe(1)
    recorder.down(3, 3, 3, 190); recorder.up()
    expect(recorder.ink().strokes[1]![0]!.t).toBe(90)
    recorder.clear()
    recorder.down(3, 3, 3, 900)
    expect(recorder.ink().strokes[0]![0]!.t).toBe(0)
  })
  it('give ink that the recorder no longer changes', () => {
    const recorder = new StrokeRecorder(100, 100)
    recorder.down(1, 1, 1, 0)
    const ink = recorder.ink()
    recorder.move(50, 50, 1, 5)
    expect(ink.strokes[0]).toHaveLength(1)
  })
  it('know a dot from a signature', () => {
    const recorder = new StrokeRecorder(1000, 400)
    recorder.down(10, 10, 500, 0); recorder.up()
    expect(looksSigned(recorder.ink())).toBe(false)
    recorder.down(0, 0, 500, 10); recorder.move(300, 0, 500, 20); recorder.up()
    expect(inkLength(recorder.ink())).toBe(300)
    expect(looksSigned(recorder.ink())).toBe(true)
  })
  it('scale pressure to 0–1023, and a mouse presses in the middle', () => {
    expect(pressureOf(1, 'pen')).toBe(1023)
    expect(pressureOf(0, 'pen')).toBe(0)
    expect(pressureOf(0.25, 'touch')).toBe(256)
    expect(pressureOf(0, 'touch')).toBe(512)
    expect(pressureOf(0.5, 'mouse')).toBe(512)
  })
})

describe('signing surface', () => {
  it('turns pointers into strokes, ignores a second finger, and asks for a whole signature', async () => {
    vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} })
    const surface = mount(SignatureSurface, { props: { sentence: '请签名', signer: '申请人', sheetWidth: 1000, sheetHeight: 400 }, attachTo: document.body })
    const canvas = surface.get('canvas').element
    canvas.getBoundingClientRect = () => ({ left: 100, top: 50, width: 500, height: 200, right: 600, bottom: 250, x: 100, y: 50, toJSON: () => '' })
    const point = async (type: string, x: number, y: number, pointerId: number, pressure = 0.5) => {
      canvas.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: y, pointerId, pressure, pointerType: 'pen', button: type === 'pointerdown' ? 0 : -1, bubbles: true }))
      await surface.vm.$nextTick()
    }
    await point('pointerdown', 110, 60, 1)
    await point('pointerup', 110, 60, 1)
    const buttons = () => surface.findAll('button')
    await buttons()[2]!.trigger('click')
    expect(surface.emitted('confirm')).toBeUndefined()
    expect(surface.text()).toContain('还没有看到完整的签名')
    await point('pointerdown', 100, 150, 1)
    await point('pointerdown', 400, 200, 2)
    await point('pointermove', 500, 240, 2)
    await point('pointermove', 350, 150, 1, 1)
    await point('pointerup', 350, 150, 1)
    const ink = (surface.emitted('change')!.pop() as [SignatureInk])[0]
    expect(ink.strokes).toHaveLength(2)
    expect(ink.strokes[1]!.map(({ x, y, pressure }) => [x, y, pressure])).toEqual([[0, 200, 512], [500, 200, 1023]])
    await buttons()[2]!.trigger('click')
    expect(surface.emitted('confirm')).toHaveLength(1)
    await buttons()[1]!.trigger('click')
    expect((surface.emitted('change')!.pop() as [SignatureInk])[0].strokes).toHaveLength(1)
    surface.unmount()
    vi.unstubAllGlobals()
  })
})
