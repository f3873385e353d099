import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import PageNotice from './PageNotice.vue'

const call = vi.hoisted(() => vi.fn())
vi.mock('@/rpc', async (original) => ({ ...(await original<object>()), call }))

const blurred = { code: 'page.blurred', sentence: '这一页模糊，字迹看不清。', cure: '再拍一次。' }
const props = { case: 'c', material: 'm', page: 'p', blob: 'b1', kept: '', editable: true }

async function shown(judged: object, more: object = {}) {
  call.mockResolvedValue({ blob: 'b1', findings: [], codes: [], ...judged })
  const notice = mount(PageNotice, { props: { ...props, ...more } })
  await flushPromises()
  return notice
}

describe('what is said of a page', () => {
  beforeEach(() => { call.mockReset() })

  it('says nothing of a good page', async () => {
    const notice = await shown({})
    expect(notice.text()).toBe('')
    expect(call).toHaveBeenCalledWith('judge_page', { case: 'c', material: 'm', page: 'p' })
  })

  it('gives two ways with an unfit page: again, or kept with a reason that is not empty', async () => {
    const notice = await shown({ findings: [blurred] })
    expect(notice.text()).toContain(blurred.sentence)
    await notice.get('.ways button').trigger('click')
    expect(notice.emitted('rescan')).toHaveLength(1)
    await notice.get('.ask').trigger('click')
    await notice.get('form').trigger('submit')
    expect(notice.emitted('keep')).toBeUndefined()
    await notice.get('input').setValue(' 原件褪色 ')
    await notice.get('form').trigger('submit')
    expect(notice.emitted('keep')).toEqual([['原件褪色']])
  })

  it('shows the reason of a page that was kept and asks no more', async () => {
    const notice = await shown({ findings: [blurred] }, { kept: '原件褪色' })
    expect(notice.text()).toBe('已保留，原因：原件褪色')
  })

  it('offers no ways where nothing can be changed', async () => {
    const notice = await shown({ findings: [blurred] }, { editable: false })
    expect(notice.find('.ways').exists()).toBe(false)
  })

  it('lists codes with a key to copy them', async () => {
    const write = vi.fn().mockResolvedValue(undefined)
    vi.stubGlobal('navigator', { clipboard: { writeText: write } })
    const notice = await shown({ codes: [{ kind: '二维码', text: 'WT-17' }] })
    expect(notice.text()).toContain('二维码')
    await notice.get('.code button').trigger('click')
    await flushPromises()
    expect(write).toHaveBeenCalledWith('WT-17')
    expect(notice.get('.code button').text()).toBe('已复制')
    vi.unstubAllGlobals()
  })

  it('drops an answer for a picture that is no longer on the screen', async () => {
    const notice = await shown({ blob: 'b0', findings: [blurred] })
    expect(notice.text()).toBe('')
  })
})
