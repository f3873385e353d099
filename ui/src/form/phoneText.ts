import { halfWidth } from '../text/codepoints'

export function cleanPhone(text: string): string {
  return halfWidth(text).replace(/[^0-9-]/g, '').slice(0, 20)
}

/** A mobile number has 11 digits and begins with 1; a fixed one has area code and number. */
export function phoneSentence(value: string): string {
  const digits = value.replace(/-/g, '')
  if (digits === '') return ''
  if (digits.startsWith('1')) {
    if (digits.length < 11) return `还差 ${11 - digits.length} 位`
    if (digits.length > 11) return '手机号应为 11 位，请核对'
    return /^1[3-9]/.test(digits) ? '' : '手机号第二位应为 3 至 9，请核对'
  }
  if (digits.startsWith('0')) return digits.length >= 10 && digits.length <= 12 ? '' : '固定电话应为区号加号码，共 10 至 12 位'
  return digits.length >= 7 && digits.length <= 8 ? '' : '请核对号码位数'
}
