/** Days of the Gregorian calendar, without clocks and time zones. */

/** True when yyyymmdd is a day of the calendar from the year 1800 on. */
export function isRealDate(digits: string): boolean {
  if (!/^\d{8}$/.test(digits)) return false
  const year = Number(digits.slice(0, 4))
  const month = Number(digits.slice(4, 6))
  const day = Number(digits.slice(6, 8))
  return year >= 1800 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
