import { mount, flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { connect, type PageView } from '@/rpc'
import { usePictures } from './pictures'

const page = (here: boolean): PageView => ({ id: 'p1', blob: 'b1', attestation: null, kept: '', here })
const shown = (one: PageView) => mount(defineComponent({
  setup() {
    const { picture } = usePictures()
    return () => { const now = picture(one, '第 1 页'); return h('p', [now.url, '|', now.problem ?? '']) }
  },
}))

describe('pictures of pages', () => {
  let answers: boolean[]
  let asked: string[]
  beforeEach(() => {
    vi.useFakeTimers()
    answers = []
    asked = []
    connect('officer', { call: async () => null, listen: () => () => undefined, address: (_, blob, query) => `/pictures/${blob}${query ?? ''}` })
    vi.stubGlobal('fetch', async (address: string) => { asked.push(address); return { ok: answers.shift() ?? false } })
  })
  afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals() })

  it('that are here are shown at once and asked for by the viewer alone', async () => {
    const screen = shown(page(true))
    await flushPromises()
    expect(screen.text()).toBe('/pictures/b1?side=2200|')
    expect(asked).toEqual([])
  })
  it('that are elsewhere are fetched once, tried again, and shown when they have come', async () => {
    answers = [false, true]
    const screen = shown(page(false))
    await flushPromises()
    expect(screen.text()).toContain('正在')
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked).toHaveLength(2)
    expect(screen.text()).toBe('/pictures/b1?side=2200|')
  })
  it('that never come say so after four tries, and nothing is tried after the screen is left', async () => {
    const screen = shown(page(false))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toHaveLength(4)
    expect(screen.text()).toContain('取不到')
    const other = shown({ ...page(false), blob: 'b2' })
    await vi.advanceTimersByTimeAsync(100)
    other.unmount()
    const before = asked.length
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toHaveLength(before)
  })
})
