/** State of the line and of the number blocks in words. */
import type { Tone } from '@/design'
import type { SyncLine } from '@/rpc'
import { shownSpan } from '../cases/moment'

/** Below this a day's intake may use the block up before the next lease. */
const FEW = 50

export function numbersTone(count: number): Tone {
  if (count === 0) return 'stop'
  return count < FEW ? 'due' : 'plain'
}

export function lineWords(line: SyncLine, now: number): { tone: Tone; words: string } {
  const span = shownSpan(now - line.since)
  const files = line.pending_files > 0 ? `，${line.pending_files} 个文件待传` : ''
  const waits = `${line.pending > 0 ? `，${line.pending} 步待传` : ''}${files}`
  if (line.rejected > 0) return { tone: 'stop', words: `${line.rejected} 条要处理${waits}${line.online ? '' : `，网络断开 ${span}`}` }
  if (!line.online) return { tone: 'due', words: `网络断开 ${span}${waits}，恢复后自动上传` }
  if (waits) return { tone: 'due', words: `正在上传${waits}` }
  return { tone: 'done', words: '已全部上传' }
}

/** When a try begins by itself: 正在重试, 马上自动重试, 约 2 分钟后自动重试. */
export function retryWords(next: number | null, now: number): string {
  if (next === null) return '正在重试'
  const seconds = Math.round((next - now) / 1000)
  if (seconds < 5) return '马上自动重试'
  return seconds < 60 ? `约 ${seconds} 秒后自动重试` : `约 ${Math.round(seconds / 60)} 分钟后自动重试`
}

/** 340 KB, 5.2 MB */
export const sizeWords = (bytes: number): string => (bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`)
