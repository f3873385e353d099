import { mount, flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect, type ApplicantMode, type ApplicantView } from '@/rpc'
import { LineBroken, type ChangeListener } from '@/rpc/transport'
import ApplicantWindow from './ApplicantWindow.vue'
import { releasedGroups, sheetKey, signatureRequest } from './sheet'

const sign = (release: string, name: string): ApplicantMode => ({
  kind: 'sign', release, matter: '出生登记', label: '母亲', name, fields: [['母亲 · 公民身份号码', '999901199509039025'], ['新生儿 · 姓名', `${name}之子`]], statement: '以上内容真实有效。', pad: false,
})

describe('what lies on the sheet', () => {
  it('changes with mode and release, not with what else happens at the terminal', () => {
    expect(sheetKey(sign('r1', '沈㛃'))).toBe(sheetKey(sign('r1', '沈㛃')))
    expect(sheetKey(sign('r1', '沈㛃'))).not.toBe(sheetKey(sign('r2', '沈㛃')))
    expect(sheetKey({ kind: 'welcome' })).not.toBe(sheetKey({ kind: 'closed' }))
  })
  it('puts the fields of one person under one title, in their order', () => {
    const groups = releasedGroups([['父亲 · 姓名', '周𬭚'], ['父亲 · 联系电话', '139'], ['新生儿 · 姓名', '周某'], ['备注', '无']])
    expect(groups.map((group) => [group.title, group.fields.map((field) => field.label)])).toEqual([['父亲', ['姓名', '联系电话']], ['新生儿', ['姓名']], ['', ['备注']]])
  })
  it('goes out as points of four numbers', () => {
    const request = signatureRequest('r1', { width: 6000, height: 2400, strokes: [[{ x: 1, y: 2, pressure: 512, t: 0 }, { x: 3, y: 4, pressure: 600, t: 8 }]] })
    expect(request).toEqual({ release: 'r1', width: 6000, height: 2400, strokes: [[[1, 2, 512, 0], [3, 4, 600, 8]]] })
  })
})

describe('the applicant screen', () => {
  let shown: ApplicantView
  let listener: ChangeListener
  let broken: boolean
  beforeEach(() => {
    vi.useFakeTimers()
    broken = false
    shown = { revision: 1, window: '柜台一', officer: '赵', mode: sign('r1', '沈㛃'), demo: true }
    connect('applicant', {
      call: async () => { if (broken) throw new LineBroken(); return shown },
      listen: (one) => { listener = one; return () => undefined },
      address: () => '',
    })
  })
  afterEach(() => { vi.useRealTimers() })
  const change = async (mode: ApplicantMode, revision: number) => {
    shown = { ...shown, mode, revision }
    listener.change({ revision, topics: ['applicant'], source: 'window' })
    await flushPromises()
  }

  it('shows what was released, and nothing of it after the next switch', async () => {
    const window = mount(ApplicantWindow)
    await flushPromises()
    expect(window.text()).toContain('沈㛃')
    expect(window.text()).toContain('演示')
    await change(sign('r2', '周𬭚'), 2)
    expect(window.html()).not.toContain('沈㛃')
    expect(window.text()).toContain('周𬭚')
    await change({ kind: 'thanks', words: '签名已收到，谢谢。' }, 3)
    expect(window.html()).not.toContain('周𬭚')
    expect(window.html()).not.toContain('9025')
    await change({ kind: 'closed' }, 4)
    expect(window.text()).toContain('暂停服务')
    window.unmount()
  })

  it('keeps the sheet of the same release when something else happens', async () => {
    const window = mount(ApplicantWindow)
    await flushPromises()
    await window.find('button.main').trigger('click')
    const canvas = window.find('canvas').element
    await change(sign('r1', '沈㛃'), 2)
    expect(window.find('canvas').element).toBe(canvas)
    window.unmount()
  })

  it('forgets everything when the terminal is gone', async () => {
    const window = mount(ApplicantWindow)
    await flushPromises()
    broken = true
    listener.down()
    await vi.advanceTimersByTimeAsync(6000)
    expect(window.html()).not.toContain('沈㛃')
    window.unmount()
  })
})
