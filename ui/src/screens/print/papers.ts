/** Papers of a case: which first, what stands in the way, what a reprint needs. */
import type { PrintMoment, PrintView } from '@/rpc'
import type { Tone } from '@/design'
import { shownMoment } from '../cases/moment'

/** When a paper belongs, said of one that cannot be printed yet. */
const before: Record<PrintMoment, string> = {
  intake: '这一份现在不能打印',
  accepted: '受理以后才有',
  intake_slip: '网络断开时收件才有',
  issued: '办到签发这一步才有',
  effected: '业务落实以后才有',
  refused: '不予办理以后才有',
  promised: '有容缺材料时才有',
  supplement: '要求补正以后才有',
  suspended: '中止、特别程序以后才有',
  terminated: '终止办理以后才有',
}

export function paperState(paper: PrintView): { tone: Tone; words: string } {
  const last = paper.printed[paper.printed.length - 1]
  if (last) return { tone: 'done', words: paper.printed.length > 1 ? `已打印 ${paper.printed.length} 次` : `已打印 ${shownMoment(last.at)}` }
  // Papers of the intake are printed when somebody wants them.
  return paper.printable ? { tone: paper.at === 'intake' ? 'plain' : 'due', words: '未打印' } : { tone: 'plain', words: before[paper.at] }
}

/** Moments that most cases never see: their papers stand in the list when they have come. */
const rare: readonly PrintMoment[] = ['refused', 'promised', 'supplement', 'suspended', 'terminated']

/** Papers of moments that this case has not seen, and the others. */
export function foldedPapers(papers: readonly PrintView[]): { shown: PrintView[]; folded: PrintView[] } {
  const away = (one: PrintView) => rare.includes(one.at) && !one.printable && one.printed.length === 0
  return { shown: papers.filter((one) => !away(one)), folded: papers.filter(away) }
}

/** The paper to open: the one asked for, else the first that waits for its print, else the first at hand. */
export function firstPaper(papers: readonly PrintView[], wanted: string | undefined): string {
  const asked = papers.find((one) => one.document === wanted)
  const waits = papers.find((one) => one.printable && one.printed.length === 0 && one.at !== 'intake')
  const result = papers.find((one) => one.printable && one.at !== 'intake')
  return (asked ?? waits ?? result ?? papers.find((one) => one.printable) ?? papers.find((one) => one.printed.length > 0) ?? papers[0])?.document ?? ''
}

/** Usual reasons of a reprint; the digit is the place from 1. */
export const reprintReasons = ['卡纸、打印不完整', '墨色太淡，看不清', '申请人遗失', '内容已更正'] as const
