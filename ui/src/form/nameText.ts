/** Text rules of a name field. */
import { lengthOf } from '../text/codepoints'

/** Dots that keyboards and input methods give for the separator of a name; the register holds U+00B7. */
const DOTS = /[\u2022\u2027\u2219\u22c5\u30fb\uff65\u16eb`]/g

/** Dots become ·, tabs and line ends go. Nothing else is changed: a name is what the paper says. */
export function cleanName(text: string): string {
  return text.replace(DOTS, '·').replace(/[\r\n\t]/g, '')
}

/** What is wrong with the form of a name; empty when nothing is. */
export function nameSentence(text: string, longest: number): string {
  const length = lengthOf(text)
  if (length > longest) return `最多 ${longest} 个字，现在 ${length} 个，请删去多出的字`
  if (/\d/.test(text)) return '姓名里有数字，请核对'
  if (/^·|·$|··/.test(text)) return '间隔号“·”应在两段名字之间，请核对'
  if (/^\s|\s$/.test(text)) return '姓名前后有空格，请核对'
  return ''
}
