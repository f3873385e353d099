import { halfWidth } from '../text/codepoints'

export function cleanPhone(text: string): string {
  return halfWidth(text).replace(/[^0-9-]/g, '').slice(0, 20)
}

/** Digits that a mobile number still wants; 0 for anything else. */
export function phoneRest(value: string): number {
  const digits = value.replace(/-/g, '')
  return digits.startsWith('1') ? Math.max(0, 11 - digits.length) : 0
}

/** A mobile number has 11 digits and begins with 1; a fixed one has area code and number. */
export function phoneSentence(value: string): string {
  const digits = value.replace(/-/g, '')
  if (digits === '') return ''
  if (digits.startsWith('1')) {
    if (phoneRest(value) > 0) return `还差 ${phoneRest(value)} 位`
    if (digits.length > 11) return '手机号应为 11 位，请核对'
    return /^1[3-9]/.test(digits) ? '' : '手机号第二位应为 3 至 9，请核对'
  }
  if (digits.startsWith('0')) return digits.length >= 10 && digits.length <= 12 ? '' : '固定电话应为区号加号码，共 10 至 12 位'
  return digits.length >= 7 && digits.length <= 8 ? '' : '请核对号码位数'
}
