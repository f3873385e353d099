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
