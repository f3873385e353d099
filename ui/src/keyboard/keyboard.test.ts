import { afterEach, describe, expect, it, vi } from 'vitest'
import { belongsToInputMethod, watchCompositions } from './composing'
import { moveField, moveInGroup } from './fieldOrder'
import { KeyMap } from './keymap'
import { nameOfEvent, shownKey, typesText } from './keyName'

const press = (key: string, options: KeyboardEventInit & { keyCode?: number } = {}, target: HTMLElement = document.body) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options })
  if (options.keyCode !== undefined) Object.defineProperty(event, 'keyCode', { value: options.keyCode })
  Object.defineProperty(event, 'target', { value: target })
  return event
}
const field = (html: string) => {
  document.body.innerHTML = html
  return document.body.querySelector<HTMLElement>('[data-here]')!
}
afterEach(() => { document.body.innerHTML = '' })

describe('key names', () => {
  it('name modifiers in one order, and Shift only where it matters', () => {
    expect(nameOfEvent(press('f', { ctrlKey: true }))).toBe('Ctrl+F')
    expect(nameOfEvent(press('Enter', { shiftKey: true }))).toBe('Shift+Enter')
    expect(nameOfEvent(press('?', { shiftKey: true }))).toBe('?')
    expect(nameOfEvent(press('+', { shiftKey: true }))).toBe('+')
    expect(nameOfEvent(press('R', { shiftKey: true }))).toBe('Shift+R')
    expect(nameOfEvent(press(' '))).toBe('Space')
  })
  it('are shown as people read them', () => {
    expect(shownKey('Alt+ArrowLeft')).toBe('Alt+←')
    expect(shownKey('+')).toBe('+')
    expect(shownKey('-')).toBe('−')
    expect(shownKey('Space')).toBe('空格')
  })
  it('know which keys type text', () => {
    expect(['a', '?', '+', 'Space', 'Shift+R'].map(typesText)).toEqual([true, true, true, true, true])
    expect(['F3', 'Enter', 'Ctrl+F', 'Alt+1', 'Escape'].map(typesText)).toEqual([false, false, false, false, false])
  })
})

describe('key map', () => {
  it('refuses a key without a label', () => {
    expect(() => new KeyMap().open('x', [{ keys: 'F8', label: ' ', run: () => {} }])).toThrow(/no label/)
  })
  it('asks the scope opened last, and the window last of all', () => {
    const keys = new KeyMap()
    const asked: string[] = []
    const at = (name: string) => [{ keys: 'F3', label: name, run: () => asked.push(name) }]
    keys.open('screen', at('screen'))
    keys.open('window', at('window'), { ground: true })
    const close = keys.open('dialog', at('dialog'))
    keys.press(press('F3'))
    close()
    keys.press(press('F3'))
    expect(asked).toEqual(['dialog', 'screen'])
  })
  it('goes on to the next scope when a binding declines', () => {
    const keys = new KeyMap()
    const run = vi.fn()
    keys.open('below', [{ keys: 'Escape', label: '返回', run }])
    keys.open('above', [{ keys: 'Escape', label: '收起', run: () => false }])
    expect(keys.press(press('Escape'))).toBe(true)
    expect(run).toHaveBeenCalledOnce()
  })
  it('a closed scope lets nothing through', () => {
    const keys = new KeyMap()
    const run = vi.fn()
    keys.open('below', [{ keys: 'F8', label: '挂单', run }])
    keys.open('dialog', [], { closed: true })
    expect(keys.press(press('F8'))).toBe(false)
    expect(run).not.toHaveBeenCalled()
  })
  it('leaves typing keys to a text field, unless the field asked for them', () => {
    const input = field('<input data-here>')
    const keys = new KeyMap()
    const turned = vi.fn()
    const paged = vi.fn()
    keys.open('pages', [{ keys: 'R', label: '右转', run: turned }, { keys: '+', label: '下一页', inText: true, run: paged }])
    expect(keys.press(press('r', {}, input))).toBe(false)
    expect(keys.press(press('+', {}, input))).toBe(true)
    expect(keys.press(press('r'))).toBe(true)
    expect([turned.mock.calls.length, paged.mock.calls.length]).toEqual([1, 1])
  })
  it('keeps the web view from reloading or searching by itself', () => {
    const event = press('F5')
    expect(new KeyMap().press(event)).toBe(false)
    expect(event.defaultPrevented).toBe(true)
  })
})

describe('an input method that composes', () => {
  const signs: [string, KeyboardEvent][] = [
    ['isComposing', press('Enter', { isComposing: true })],
    ['key code 229', press('Enter', { keyCode: 229 })],
    ['the key name Process', press('Process')],
    ['the key name Unidentified', press('Unidentified')],
  ]
  it.each(signs)('keeps its key: %s', (_, event) => {
    expect(belongsToInputMethod(event)).toBe(true)
    const keys = new KeyMap()
    const run = vi.fn()
    keys.open('form', ['Enter', 'Process', 'Unidentified'].map((key) => ({ keys: key, label: '下一项', inText: true, run })))
    expect(keys.press(event)).toBe(false)
    expect(run).not.toHaveBeenCalled()
    expect(event.defaultPrevented).toBe(false)
  })
  it('keeps even the browser keys and + and −', () => {
    const keys = new KeyMap()
    keys.open('list', [{ keys: ['+', '-'], label: '翻页', inText: true, run: () => { throw new Error('taken') } }])
    for (const key of ['+', '-', 'F5', 'Escape', 'ArrowDown']) {
      const event = press(key, { isComposing: true })
      keys.press(event)
      expect(event.defaultPrevented, key).toBe(false)
    }
  })
  it('is seen between its start and end even when the keys say nothing', () => {
    const input = field('<input data-here>')
    const stop = watchCompositions(document)
    input.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }))
    expect(belongsToInputMethod(press('Enter'))).toBe(true)
    input.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))
    expect(belongsToInputMethod(press('Enter'))).toBe(false)
    input.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }))
    input.dispatchEvent(new FocusEvent('focusout', { bubbles: true }))
    expect(belongsToInputMethod(press('Enter'))).toBe(false)
    stop()
  })
})

describe('moving between fields', () => {
  const form = () => field(`
    <div data-here>
      <section data-field-group><div data-field="a"><input id="a" data-field-control></div><div data-field="l"><div id="l" data-field-control tabindex="-1"></div></div>
        <div data-field="b"><input id="b" data-field-control><button id="bb"></button></div></section>
      <section data-field-group><div data-field="c"><input id="c" data-field-control></div><div data-field="d"><input id="d" data-field-control></div></section>
    </div>`)
  it('Enter passes locked fields and goes on into the next group', () => {
    const root = form()
    document.getElementById('a')!.focus()
    const walked: string[] = []
    while (moveField(root, document.activeElement, 1)) walked.push(document.activeElement!.id)
    expect(walked).toEqual(['b', 'c', 'd'])
    expect(moveField(root, document.activeElement, -1)).toBe(true)
    expect(document.activeElement!.id).toBe('c')
  })
  it('Tab stays in its group and goes round', () => {
    form()
    document.getElementById('b')!.focus()
    moveInGroup(document.activeElement, 1)
    expect(document.activeElement!.id).toBe('bb')
    moveInGroup(document.activeElement, 1)
    expect(document.activeElement!.id).toBe('a')
    moveInGroup(document.activeElement, -1)
    expect(document.activeElement!.id).toBe('bb')
  })
})
