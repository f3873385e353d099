import type { SectionState } from './types'

/** Signs of a group's state: not begun, begun, complete, something differs or is wrong. */
export const sectionSign: Record<SectionState, string> = { todo: '○', open: '●', done: '✓', stop: '✕' }
export const sectionWords: Record<SectionState, string> = { todo: '未填', open: '在填', done: '已填全', stop: '有问题' }
