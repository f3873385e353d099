import { mount, flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { connect, type DeviceSetting, type SettingValue } from '@/rpc'
import SettingsPanel from './SettingsPanel.vue'

const setting = (key: string, name: string, kind: DeviceSetting['kind'], value: SettingValue, station: SettingValue = value, set = false): DeviceSetting => ({ key, name, note: '说明', kind, value, station, set })
const focus = (value: SettingValue) => setting('control.focus', '对焦', { kind: 'number', least: 0, most: 100, step: 5, unit: '', automatic: true }, value)
const mode = (value: SettingValue, set = false) => setting('scan_mode', '扫描颜色', { kind: 'choice', choices: [{ value: 'colour', name: '彩色' }, { value: 'gray', name: '灰度' }] }, value, 'colour', set)

describe('设置 of a device', () => {
  let asked: [string, unknown][]
  let settings: DeviceSetting[]
  let freed: number
  beforeEach(() => {
    asked = []
    freed = 0
    settings = [mode('colour'), focus('auto'), setting('answers', '会回话', { kind: 'flag' }, true)]
    connect('officer', {
      call: async (name, request) => { asked.push([name, request]); return name.endsWith('_settings') || name === 'set_device' ? { device: 'd1', settings } : null },
      listen: () => () => undefined,
      address: () => '',
    })
  })
  const shown = async (look?: string) => {
    const panel = mount(SettingsPanel, { attachTo: document.body, props: { device: 'd1', ...(look ? { look } : {}), free: async () => { freed += 1 } } })
    await flushPromises()
    asked.splice(0)
    return panel
  }

  it('sends only what was changed, after the device was let go, and says that it is kept', async () => {
    const panel = await shown()
    const save = panel.get('button[type=submit]')
    expect(save.attributes('disabled')).toBeDefined()
    await panel.get('select').setValue('灰度')
    expect(panel.text()).toContain('未保存')
    settings = [mode('gray', true), focus('auto'), setting('answers', '会回话', { kind: 'flag' }, true)]
    await panel.trigger('submit')
    await flushPromises()
    expect(freed).toBe(1)
    expect(asked).toEqual([['set_device', { device: 'd1', values: { scan_mode: 'gray' } }]])
    expect(panel.text()).toContain('已保存')
    expect(panel.text()).toContain('本窗口改过')
    panel.unmount()
  })

  it('goes back to the station’s own with no value at all', async () => {
    settings = [mode('gray', true)]
    const panel = await shown()
    await panel.get('button.undo').trigger('click')
    expect((panel.get('select').element as HTMLSelectElement).value).toBe('彩色')
    await panel.trigger('submit')
    await flushPromises()
    expect(asked).toEqual([['set_device', { device: 'd1', values: { scan_mode: null } }]])
    panel.unmount()
  })

  it('shows at once what a camera’s control does, and only that, while it is looked through', async () => {
    const panel = await shown('o1')
    const range = panel.get('input[type=range]')
    expect(range.attributes('disabled')).toBeDefined()
    await panel.get('input[aria-label=对焦自动]').setValue(false)
    await range.setValue('45')
    await panel.get('select').setValue('灰度')
    const tried = asked.filter(([name]) => name === 'adjust_look').map(([, request]) => request)
    expect(tried.at(-1)).toEqual({ operation: 'o1', values: { 'control.focus': 45 } })
    expect(asked.some(([name]) => name === 'set_device')).toBe(false)
    panel.unmount()
  })

  it('tries nothing where nothing is looked through, and leaves by Escape', async () => {
    const panel = await shown()
    await panel.get('input[aria-label=对焦自动]').setValue(false)
    expect(asked).toEqual([])
    await panel.trigger('keydown', { key: 'Escape' })
    expect(panel.emitted('close')).toHaveLength(1)
    panel.unmount()
  })
})
