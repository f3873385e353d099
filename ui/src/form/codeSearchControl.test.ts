import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { startKeyboard } from '@/keyboard'
import FormGrid from './FormGrid.vue'
import type { CodeHit, FieldChange, FormSection } from './types'

const county: CodeHit = { code: '340721', text: '安徽省铜陵市铜陵县', words: '安徽省铜陵市铜陵县（已于2015年停用，现为安徽省铜陵市义安区）', ended: '已于2015年停用，现为安徽省铜陵市义安区' }
const district: CodeHit = { code: '340706', text: '安徽省铜陵市义安区', words: '安徽省铜陵市义安区', ended: '' }
const sections: FormSection[] = [{
  id: 's', title: '变更', state: 'open',
  fields: [
    { id: 's.place', label: '籍贯', type: 'code', codeTable: 'division', searched: true, historic: true, value: '', width: 6 },
    { id: 's.birth', label: '出生地', type: 'code', codeTable: 'division', searched: true, historic: true, value: '340721', words: { 340721: county.words } },
    { id: 's.phone', label: '电话', type: 'phone', value: '' },
  ],
}]

let stop: () => void
let form: VueWrapper
let asked: [table: string, typed: string, historic: boolean][]
let answer: (typed: string) => Promise<readonly CodeHit[]>
beforeEach(() => {
  vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} })
  stop = startKeyboard()
  asked = []
  answer = async (typed) => (typed.startsWith('tl') || typed.includes('铜陵') ? [district, county] : typed === '340721' ? [county] : [])
  const codeLookup = async (table: string, typed: string, historic: boolean) => {
    asked.push([table, typed, historic])
    return { title: '行政区划', hits: await answer(typed) }
  }
  form = mount(FormGrid, { props: { sections, codes: () => undefined, codeLookup }, attachTo: document.body })
})
afterEach(() => { form.unmount(); stop(); vi.unstubAllGlobals() })

const input = (field = 's.place') => document.getElementById(`field-${field}`) as HTMLInputElement
const options = () => Array.from(document.querySelectorAll('[role=option]'))
const changes = () => (form.emitted('change') ?? []).map(([change]) => change as FieldChange)
async function settle() { for (let turn = 0; turn < 6; turn += 1) await nextTick() }
async function type(value: string) {
  input().focus()
  input().value = value
  input().dispatchEvent(new InputEvent('input', { bubbles: true }))
  await settle()
}
async function key(name: string) {
  document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }))
  await settle()
}

describe('code field of a long table', () => {
  it('asks for what is typed, offers codes with what became of them, and takes the marked one by Enter', async () => {
    await type('tl')
    expect(asked).toEqual([['division', 'tl', true]])
    expect(options().map((one) => one.textContent?.includes('停用'))).toEqual([false, true])
    expect(options()[0]!.textContent).toContain('340706')
    await key('ArrowDown')
    await key('Enter')
    expect(changes()).toContainEqual({ field: 's.place', value: '340721', complete: true })
    expect(input().value).toBe(county.words)
    expect(form.text()).toContain('已于2015年停用，现为安徽省铜陵市义安区')
    expect(document.activeElement!.id).toBe('field-s.birth')
  })

  it('shows the words of a code that stands there, without asking', () => {
    expect(input('s.birth').value).toBe(county.words)
    expect(asked).toEqual([])
  })

  it('takes a whole code when the field is left, and never one of several', async () => {
    await type('340721')
    input('s.phone').focus()
    await settle()
    expect(changes().pop()).toEqual({ field: 's.place', value: '340721', complete: true })
    await type('铜陵')
    await key('Escape')
    input('s.phone').focus()
    await settle()
    expect(changes().every((one) => !one.complete || one.value === '340721')).toBe(true)
    expect(form.text()).toContain('请选定一项')
  })

  it('says that nothing fits, or that the table cannot be asked', async () => {
    await type('天涯')
    expect(options()).toHaveLength(0)
    expect(form.text()).toContain('行政区划里没有“天涯”')
    answer = async () => { throw new Error('gone') }
    await type('tl')
    expect(form.text()).toContain('代码表现在查不到')
  })

  it('lets an answer go that comes after a later question', async () => {
    const waiting: ((hits: readonly CodeHit[]) => void)[] = []
    answer = () => new Promise((resolve) => { waiting.push(resolve) })
    await type('t')
    await type('tl')
    waiting[1]!([district])
    await settle()
    waiting[0]!([county])
    await settle()
    expect(options()).toHaveLength(1)
    expect(options()[0]!.textContent).toContain('义安区')
  })
})
