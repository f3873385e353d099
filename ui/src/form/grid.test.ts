import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import IdNumber from '@/design/IdNumber.vue'
import { startKeyboard } from '@/keyboard'
import FormGrid from './FormGrid.vue'
import type { CodeTable, CursorPlace, FieldChange, FormField, FormSection } from './types'

const sexes: CodeTable = { id: 'sex', title: '性别', entries: [{ code: '1', text: '男', initials: 'n' }, { code: '2', text: '女', initials: 'n' }] }
const nations: CodeTable = {
  id: 'nation', title: '民族',
  entries: Array.from({ length: 20 }, (_, at) => ({ code: String(at + 1).padStart(2, '0'), text: `族${at + 1}`, initials: 'z' })),
}
const codes = (id: string) => (id === 'sex' ? sexes : id === 'nation' ? nations : undefined)
const fields: FormField[] = [
  { id: 'name', label: '姓名', type: 'name', value: '张𠮷明' },
  { id: 'number', label: '公民身份号码', type: 'id_number', value: '' },
  { id: 'newborn.citizen_number', label: '公民身份号码', type: 'assigned', value: '', required: true },
  { id: 'fixed', label: '户别', type: 'text', value: '家庭户', locked: '常口登记' },
  { id: 'birth', label: '出生日期', type: 'date', value: '' },
  { id: 'sex', label: '性别', type: 'code', codeTable: 'sex', value: '' },
  { id: 'nation', label: '民族', type: 'code', codeTable: 'nation', value: '', registerValue: '05' },
]
const one = (list: FormField[]): FormSection[] => [{ id: 's', title: '新生儿', state: 'open', fields: list }]

let stop: () => void
let form: VueWrapper
beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} })
  stop = startKeyboard()
  form = mount(FormGrid, { props: { sections: one(fields), codes, rare: { version: 't', characters: [{ char: '𠮷', pinyin: ['ji'] }] } }, attachTo: document.body })
})
afterEach(() => { form.unmount(); stop(); vi.useRealTimers(); vi.unstubAllGlobals() })

const element = (id: string) => document.getElementById(`field-${id}`) as HTMLInputElement
const changes = () => (form.emitted('change') ?? []).map(([change]) => change as FieldChange)
const grid = () => form.vm as unknown as { cursorPlace(): CursorPlace | null; restoreCursor(place: CursorPlace): Promise<boolean>; flush(): void; focusField(id: string): boolean }
async function type(id: string, value: string, options: InputEventInit = {}) {
  element(id).focus()
  element(id).value = value
  element(id).setSelectionRange(value.length, value.length)
  element(id).dispatchEvent(new InputEvent('input', { bubbles: true, ...options }))
  await nextTick()
}
async function key(name: string, options: KeyboardEventInit = {}) {
  const event = new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...options })
  document.activeElement!.dispatchEvent(event)
  await nextTick()
  return event
}

describe('form grid', () => {
  it('walks by Enter over writable fields only, and tells when it is at the end', async () => {
    grid().focusField('name')
    const walked: string[] = []
    for (let step = 0; step < 5; step += 1) { walked.push(document.activeElement!.id); await key('Enter') }
    expect(walked).toEqual(['field-name', 'field-number', 'field-birth', 'field-sex', 'field-nation'])
    expect(form.emitted('leave')).toEqual([['next']])
    await key('Enter', { shiftKey: true })
    expect(document.activeElement!.id).toBe('field-sex')
  })

  it('takes no key while an input method composes, and no half-composed text', async () => {
    await type('name', '张𠮷明zhang', { isComposing: true })
    vi.advanceTimersByTime(2000)
    expect(changes()).toEqual([])
    const enter = await key('Enter', { isComposing: true })
    expect(enter.defaultPrevented).toBe(false)
    expect(document.activeElement!.id).toBe('field-name')
    // The host answers in the middle of it: the text being composed must not be wiped out.
    await form.setProps({ sections: one(fields.map((field) => ({ ...field }))) })
    expect(element('name').value).toBe('张𠮷明zhang')
    element('name').value = '张𠮷明章'
    element('name').dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))
    vi.advanceTimersByTime(300)
    expect(changes()).toEqual([{ field: 'name', value: '张𠮷明章', complete: true }])
  })

  it('sends typing 300 ms after the last key, and at once when the field is left', async () => {
    await type('birth', '2026')
    vi.advanceTimersByTime(200)
    await type('birth', '202601')
    vi.advanceTimersByTime(299)
    expect(changes()).toEqual([])
    vi.advanceTimersByTime(1)
    expect(changes()).toEqual([{ field: 'birth', value: '202601', complete: false }])
    await type('birth', '20260131')
    await key('Enter')
    expect(changes()[1]).toEqual({ field: 'birth', value: '2026-01-31', complete: true })
  })

  it('groups the ID number and sends it without gaps', async () => {
    await type('number', '99990119850312')
    expect(element('number').value).toBe('999901 19850312')
    expect(form.text()).toContain('还差 4 位')
    await type('number', '999901 19850312 0021')
    expect(form.text()).toContain('校验位不符')
    await type('number', '999901 19850312 0020')
    expect(form.text()).toContain('校验相符')
    grid().flush()
    expect(changes()[0]).toEqual({ field: 'number', value: '999901198503120020', complete: true })
  })

  it('copies the ID number without gaps, from the field and from the text', async () => {
    await type('number', '99990119850312002')
    element('number').setSelectionRange(0, element('number').value.length)
    const copied = new Map<string, string>()
    const event = new Event('copy', { bubbles: true, cancelable: true })
    Object.defineProperty(event, 'clipboardData', { value: { setData: (kind: string, text: string) => copied.set(kind, text) } })
    element('number').dispatchEvent(event)
    expect(copied.get('text/plain')).toBe('99990119850312002')
    expect(mount(IdNumber, { props: { value: '999901198503120020' } }).element.textContent).toBe('999901198503120020')
  })

  it('takes a code by digits and goes on', async () => {
    await type('sex', '2')
    await key('Enter')
    expect(changes()[0]).toEqual({ field: 'sex', value: '2', complete: true })
    expect(element('sex').value).toBe('2 女')
    expect(document.activeElement!.id).toBe('field-nation')
  })

  it('pages a code list by + and −, marks by arrows, closes by Esc', async () => {
    await type('nation', 'z')
    const shown = () => Array.from(document.querySelectorAll('[role=option]')).map((option) => option.textContent!.trim().slice(0, 2))
    expect(shown()[0]).toBe('01')
    const plus = await key('+')
    expect(plus.defaultPrevented).toBe(true)
    expect(shown()[0]).toBe('10')
    await key('-')
    await key('ArrowDown')
    expect(document.querySelector('[role=option][aria-selected=true]')!.textContent).toContain('族2')
    await key('Escape')
    expect(shown()).toEqual([])
    expect(document.activeElement!.id).toBe('field-nation')
  })

  it('keeps a code text that means nothing, and says so', async () => {
    await type('sex', '汉')
    element('sex').blur()
    await nextTick()
    expect(changes()[0]).toEqual({ field: 'sex', value: '汉', complete: false })
    expect(form.text()).toContain('请选定一项')
    expect(element('sex').value).toBe('汉')
  })

  it('inserts a rare character at the cursor, between pairs', async () => {
    element('name').focus()
    element('name').setSelectionRange(3, 3)
    await key('j', { ctrlKey: true })
    await nextTick()
    const search = document.getElementById('rare-search') as HTMLInputElement
    search.focus()
    search.value = 'ji'
    search.dispatchEvent(new InputEvent('input', { bubbles: true }))
    await nextTick()
    search.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    await nextTick()
    await nextTick()
    expect(element('name').value).toBe('张𠮷𠮷明')
    expect(grid().cursorPlace()).toEqual({ field: 'name', start: 3, end: 3 })
    grid().flush()
    expect(changes().pop()!.value).toBe('张𠮷𠮷明')
  })

  it('gives and takes back the cursor in characters', async () => {
    expect(await grid().restoreCursor({ field: 'name', start: 2, end: 3 })).toBe(true)
    expect([element('name').selectionStart, element('name').selectionEnd]).toEqual([3, 4])
    expect(grid().cursorPlace()).toEqual({ field: 'name', start: 2, end: 3 })
    expect(await grid().restoreCursor({ field: 'gone', start: 0, end: 0 })).toBe(false)
  })

  it('lets a card fill a field that was not touched, and keeps what is being typed', async () => {
    element('name').focus()
    await form.setProps({ sections: one(fields.map((field) => (field.id === 'name' ? { ...field, value: '李四', source: 'card' as const } : field))) })
    expect(element('name').value).toBe('李四')
    await type('name', '李四五')
    // Also after the change has gone out: the cursor still stands in it.
    vi.advanceTimersByTime(300)
    await form.setProps({ sections: one(fields.map((field) => (field.id === 'name' ? { ...field, value: '王六' } : field))) })
    expect(element('name').value).toBe('李四五')
  })

  it('shows the register value struck through where it differs', () => {
    const cell = document.querySelector('[data-field=nation]')!
    expect(cell.querySelector('s')!.textContent).toBe('05 族5')
    expect(cell.textContent).toContain('与登记不一致')
    expect(document.querySelector('[data-field=name] s')).toBeNull()
  })

  it('never lets the register numbers be typed', () => {
    expect(document.querySelector('[data-field="newborn.citizen_number"] input')).toBeNull()
    expect(document.querySelector('[data-field="newborn.citizen_number"]')!.textContent).toContain('待赋号')
    expect(grid().focusField('newborn.citizen_number')).toBe(false)
    expect(grid().focusField('fixed')).toBe(false)
  })
})
