import type { FrameTab } from './types'

/** The pages of the officer window in the order of the tab row. */
export const officerTabs: readonly FrameTab[] = [
  { id: 'desk', label: '工作台', key: 'F2' },
  { id: 'intake', label: '受理', key: 'F3' },
  { id: 'cases', label: '办件', key: 'F4' },
  { id: 'review', label: '审核', key: 'F5' },
  { id: 'photo', label: '证件照', key: 'F6' },
  { id: 'search', label: '查询', key: 'F7' },
  { id: 'registers', label: '台账', key: 'Alt+T' },
  { id: 'statistics', label: '统计', key: 'Alt+J' },
  { id: 'devices', label: '设备', key: 'Alt+B' },
  { id: 'settings', label: '设置', key: 'Alt+S' },
]
