import type { Tone } from '@/design'
import type { CaseLine } from '@/rpc'
import { dueWords, nearMoment } from '@/screens/cases/moment'
import type { WorkColumn, WorkRow } from '@/table/types'

/** Days before the promised day when a case counts as due, as the header counts it. */
const DUE_DAYS = 3

export const caseColumns: readonly WorkColumn[] = [
  { key: 'number', title: '受理号', width: '176px', spare: true },
  { key: 'person', title: '姓名', kind: 'name', width: '120px' },
  { key: 'matter', title: '事项' },
  { key: 'state', title: '状态', kind: 'state', width: '216px' },
  { key: 'due', title: '期限', width: '104px' },
  { key: 'next', title: '下一步', width: '128px', spare: true },
]

export function caseTone(line: CaseLine): Tone {
  if (line.troubled || line.overdue || (line.days_left !== null && line.days_left < 0)) return 'stop'
  if (line.days_left !== null && line.days_left <= DUE_DAYS) return 'due'
  if (line.remind || line.unfinished) return 'due'
  return line.ended ? 'done' : 'plain'
}

export function caseRow(line: CaseLine, now: number): WorkRow {
  const waits = line.unsent > 0 ? `（${line.unsent} 步待传）` : ''
  return {
    id: line.id,
    tone: caseTone(line),
    cells: {
      number: line.number || '还没有号',
      person: line.person || '未填姓名',
      matter: line.matter_name,
      state: `${line.troubled ? '上传被拒，要处理' : line.remind || (line.parked ? '挂单' : line.state)}${waits}`,
      due: line.due ? dueWords(line.days_left) : nearMoment(line.opened, now),
      next: line.holder && !line.ended ? `${line.holder}（移交）` : line.next,
    },
    words: line.taken_in_by,
  }
}
