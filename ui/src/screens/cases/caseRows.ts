/** Case lines as rows of a work list. */
import type { Tone } from '@/design'
import type { CaseLine } from '@/rpc'
import type { WorkColumn, WorkRow } from '@/table/types'
import { dueWords, nearMoment } from './moment'

/** Due within so many days counts as near; the header counts the same. */
const NEAR_DAYS = 3

export const caseColumns: readonly WorkColumn[] = [
  { key: 'number', title: '编号', width: '16em', kind: 'text', spare: true },
  { key: 'person', title: '姓名', width: '9em', kind: 'name' },
  { key: 'matter', title: '事项' },
  { key: 'state', title: '状态', kind: 'state', width: '13em' },
  { key: 'next', title: '下一步', width: '9em', spare: true },
  { key: 'taken', title: '受理人', width: '6em', spare: true },
  { key: 'due', title: '期限', width: '7em' },
  { key: 'changed', title: '最近', width: '8em', spare: true },
]

export function caseTone(line: CaseLine): Tone {
  if (line.troubled || (line.days_left !== null && line.days_left < 0 && !line.ended)) return 'stop'
  if (line.unsent > 0 || (line.days_left !== null && line.days_left <= NEAR_DAYS && !line.ended)) return 'due'
  return line.ended ? 'done' : 'plain'
}

/** State in words: what the terminal says, and what stands in the way of the server. */
export function stateWords(line: CaseLine): string {
  const more = [line.troubled ? '有问题' : '', line.unsent > 0 ? `待传 ${line.unsent}` : '', line.parked ? '挂单' : ''].filter(Boolean)
  return [line.state, ...more].join(' · ')
}

/** `found` is what was searched for: what the terminal found stays in the list even where the words do not show it. */
export function caseRow(line: CaseLine, now: number, found = ''): WorkRow {
  return {
    id: line.id,
    tone: caseTone(line),
    words: found,
    cells: {
      number: line.number || '未编号', person: line.person || '未填姓名', matter: line.matter_name, state: stateWords(line),
      next: line.ended ? '' : line.next, taken: line.taken_in_by, due: line.ended ? '' : dueWords(line.days_left), changed: nearMoment(line.changed, now),
    },
  }
}
