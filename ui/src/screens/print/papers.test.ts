import { describe, expect, it } from 'vitest'
import type { PrintView } from '@/rpc'
import { firstPaper, foldedPapers, paperState } from './papers'

const paper = (document: string, at: PrintView['at'], printable: boolean, prints = 0): PrintView => ({
  document, title: document, at, printable, reprint: prints > 0, blank: false, printed: Array.from({ length: prints }, () => ({ at: 0, printer: '打印机', reason: '', blank: '', pdf: 'x' })),
})

describe('papers of a case', () => {
  it('opens the one asked for, even when it cannot be printed yet', () => {
    expect(firstPaper([paper('notice', 'intake', true), paper('receipt', 'accepted', false)], 'receipt')).toBe('receipt')
  })
  it('else the first that waits for its print, else what is at hand', () => {
    expect(firstPaper([paper('notice', 'intake', true), paper('receipt', 'accepted', true)], undefined)).toBe('receipt')
    expect(firstPaper([paper('receipt', 'accepted', true, 1), paper('notice', 'intake', true)], undefined)).toBe('receipt')
    expect(firstPaper([paper('notice', 'intake', true), paper('receipt', 'accepted', true, 1)], undefined)).toBe('receipt')
    expect(firstPaper([paper('result', 'effected', false), paper('receipt', 'accepted', false, 1)], undefined)).toBe('receipt')
    expect(firstPaper([], 'x')).toBe('')
  })
  it('folds what most cases never see, and nothing that is at hand or awaited', () => {
    const all = [paper('notice', 'intake', true), paper('receipt', 'accepted', false), paper('refusal', 'refused', false), paper('promise', 'promised', true), paper('stop', 'suspended', false, 1), paper('end', 'terminated', false)]
    const { shown, folded } = foldedPapers(all)
    expect(folded.map((one) => one.document)).toEqual(['refusal', 'end'])
    expect(shown.map((one) => one.document)).toEqual(['notice', 'receipt', 'promise', 'stop'])
  })
  it('does not press for papers of the intake', () => {
    expect(paperState(paper('notice', 'intake', true)).tone).toBe('plain')
  })
  it('is printed only when a print stands in the case', () => {
    expect(paperState(paper('receipt', 'accepted', true)).tone).toBe('due')
    expect(paperState(paper('receipt', 'accepted', true, 2)).words).toBe('已打印 2 次')
    expect(paperState(paper('result', 'effected', false)).tone).toBe('plain')
  })
})
