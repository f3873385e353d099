import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { fieldsOf } from '@/app/addresses'
import { startKeyboard } from '@/keyboard'
import FormGrid from './FormGrid.vue'
import type { AddressHit, FieldChange, FormSection } from './types'

const hits: AddressHit[] = [
  { id: '9999015100000001', text: '江城市城关区槐荫路18号1幢101室', area: '城关派出所' },
  { id: '9999015100000002', text: '江城市城关区槐荫路18号1幢102室', area: '城关派出所' },
]
const sections: FormSection[] = [{
  id: 's', title: '落户', state: 'open',
  fields: [{ id: 'to.address', label: '地址', type: 'address', value: '' }, { id: 'to.phone', label: '电话', type: 'phone', value: '' }],
}]

let stop: () => void
let form: VueWrapper
let answer: (typed: string) => Promise<readonly AddressHit[] | null>
beforeEach(() => {
  vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} })
  stop = startKeyboard()
  answer = async () => hits
  form = mount(FormGrid, { props: { sections, codes: () => undefined, addressLookup: (typed: string) => answer(typed) }, attachTo: document.body })
})
afterEach(() => { form.unmount(); stop(); vi.unstubAllGlobals() })

const input = () => document.getElementById('field-to.address') as HTMLInputElement
const options = () => Array.from(document.querySelectorAll('[role=option]'))
const changes = () => (form.emitted('change') ?? []).map(([change]) => change as FieldChange)
async function type(value: string) {
  input().focus()
  input().value = value
  input().dispatchEvent(new InputEvent('input', { bubbles: true }))
  for (let turn = 0; turn < 4; turn += 1) await nextTick()
}
async function key(name: string) {
  const event = new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true })
  document.activeElement!.dispatchEvent(event)
  await nextTick()
  return event
}

describe('address field', () => {
  it('opens the list while typing; Enter takes the first of a search, with its code', async () => {
    await type('hyl18')
    expect(options().map((one) => one.textContent)).toHaveLength(2)
    expect(options()[0]!.getAttribute('aria-selected')).toBe('true')
    expect(options()[0]!.textContent).toContain('城关派出所')
    await key('Enter')
    expect(changes()).toContainEqual({ field: 'to.address', value: hits[0]!.text, complete: true, reference: hits[0]!.id })
    expect(document.activeElement!.id).toBe('field-to.phone')
  })

  it('keeps an address that is written by hand, until an arrow marks an entry', async () => {
    await type('江城市城关区槐荫路18号')
    expect(options()).toHaveLength(2)
    expect(document.querySelector('[role=option][aria-selected=true]')).toBeNull()
    await key('Enter')
    expect(changes().pop()).toEqual({ field: 'to.address', value: '江城市城关区槐荫路18号', complete: true })
    await type('江城市城关区槐荫路18号')
    await key('ArrowDown')
    await key('ArrowDown')
    await key('Enter')
    expect(changes().pop()!.reference).toBe(hits[1]!.id)
  })

  it('leaves a dash to the text, and closes by Esc', async () => {
    await type('hyl18-1')
    expect((await key('-')).defaultPrevented).toBe(false)
    await key('Escape')
    expect(options()).toHaveLength(0)
    await key('Enter')
    expect(changes().pop()!.reference).toBeUndefined()
  })

  it('says quietly that no addresses are here, or that they cannot be asked, and stays a text', async () => {
    answer = async () => null
    await type('hyl18')
    expect(options()).toHaveLength(0)
    expect(form.text()).toContain('标准地址还没有下载到本机')
    answer = async () => { throw new Error('gone') }
    await type('hyl181')
    expect(form.text()).toContain('标准地址现在查不到')
    expect(input().value).toBe('hyl181')
  })

  it('sets text and code together, and takes the code away when the text is typed on', () => {
    const change = { field: 'to.address', value: '甲', complete: true }
    expect(fieldsOf({ ...change, reference: '7' }, new Map())).toEqual([['to.address', '甲'], ['to.address@code', '7']])
    expect(fieldsOf(change, new Map([['to.address@code', '7']]))).toEqual([['to.address', '甲'], ['to.address@code', '']])
    expect(fieldsOf(change, new Map())).toEqual([['to.address', '甲']])
  })
})
