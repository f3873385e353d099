/** Moments of the trusted clock as they are written at a counter: China Standard Time, whatever zone the PC thinks it is in. */

/** UTC+8 without summer time. */
const CHINA_MS = 8 * 3600 * 1000
const DAY_MS = 24 * 3600 * 1000
const two = (part: number) => String(part).padStart(2, '0')

/** 2026-01-31 14:32 */
export function shownMoment(milliseconds: number): string {
  return `${shownDay(milliseconds)} ${shownClock(milliseconds)}`
}

/** 2026-01-31 */
export function shownDay(milliseconds: number): string {
  const moment = new Date(milliseconds + CHINA_MS)
  return `${moment.getUTCFullYear()}-${two(moment.getUTCMonth() + 1)}-${two(moment.getUTCDate())}`
}

/** 14:32 */
export function shownClock(milliseconds: number): string {
  const moment = new Date(milliseconds + CHINA_MS)
  return `${two(moment.getUTCHours())}:${two(moment.getUTCMinutes())}`
}

/** 今天 14:32, 昨天 09:10, 01-28 16:00: short, for lists. */
export function nearMoment(milliseconds: number, now: number): string {
  const days = Math.floor((now + CHINA_MS) / DAY_MS) - Math.floor((milliseconds + CHINA_MS) / DAY_MS)
  if (days === 0) return `今天 ${shownClock(milliseconds)}`
  if (days === 1) return `昨天 ${shownClock(milliseconds)}`
  const day = shownDay(milliseconds)
  return `${day.slice(0, 4) === shownDay(now).slice(0, 4) ? day.slice(5) : day} ${shownClock(milliseconds)}`
}

/** 8 分钟, 3 小时, 2 天: how long something has lasted. */
export function shownSpan(milliseconds: number): string {
  const minutes = Math.floor(Math.max(0, milliseconds) / 60_000)
  if (minutes < 1) return '不到 1 分钟'
  if (minutes < 60) return `${minutes} 分钟`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} 小时`
  return `${Math.floor(minutes / (24 * 60))} 天`
}

/** 还有 3 天, 今天到期, 超期 2 天. Empty when no time runs. */
export function dueWords(daysLeft: number | null): string {
  if (daysLeft === null) return ''
  if (daysLeft < 0) return `超期 ${-daysLeft} 天`
  return daysLeft === 0 ? '今天到期' : `还有 ${daysLeft} 天`
}
