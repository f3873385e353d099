import { RpcFailure } from '@/rpc'
import type { CaseView, Change, Shell } from '@/rpc'
import type { ChangeListener, FileKind, Transport } from '@/rpc/transport'
import { birth, codes, desk, identity, lines, matters, parked, shell, submitted, unfinished } from './fixtures'

const refuse = (code: string, sentence: string, cure: string) => new RpcFailure({ code, sentence, cure, who: 'clerk', refusal: null, report: null })

/** Stands in for the terminal while screens are drawn. It knows no rules: it answers with data and small changes. */
export class Double implements Transport {
  private shellNow: Shell
  private caseNow: CaseView
  private listener: ChangeListener | undefined
  private revision = 1

  constructor(private readonly state: string) {
    this.shellNow = shell(state === 'enrol' || state === 'login' || state === 'locked' ? state : 'open')
    this.caseNow = state === 'submitted' ? submitted() : state === 'unfinished' ? unfinished() : birth()
    if (state === 'arrival' || state === 'card-failed') this.shellNow = { ...this.shellNow, arrival: true }
    if (state === 'offline') this.shellNow = { ...this.shellNow, sync: { ...this.shellNow.sync, online: false, since: this.shellNow.now - 8 * 60_000, pending: 3 }, time_confirmed: false }
    if (state === 'busy') this.shellNow = { ...this.shellNow, operations: [{ id: 'o1', case: 'c1', title: '请放上身份证', progress: '正在等待身份证', shows: false, choices: [], end: null }], undo: { words: '删除第 2 页', until: this.shellNow.now + 9000 } }
  }

  listen(listener: ChangeListener): () => void {
    this.listener = listener
    return () => { this.listener = undefined }
  }

  address = (kind: FileKind, blob: string, query = ''): string => `/${kind}/${blob}${query}`

  private tell(...topics: string[]): void {
    this.revision += 1
    const change: Change = { revision: this.revision, topics, source: 'window' }
    this.shellNow = { ...this.shellNow, revision: this.revision }
    setTimeout(() => this.listener?.change(change), 0)
  }

  async call(command: string, payload: unknown): Promise<unknown> {
    const request = payload as Record<string, unknown>
    switch (command) {
      case 'shell': return this.shellNow
      case 'login':
      case 'unlock': throw refuse('LOGIN_WRONG_PASSWORD', '警号或密码不对。', '请核对后再输；连续输错会要等待，五次后锁定一刻钟。')
      case 'enrol': throw refuse('SYNC_NOT_REACHED', '连不上这个服务器。', '请核对地址和网线；仍不行请联系系统管理员。')
      case 'lock': this.shellNow = { ...this.shellNow, gate: 'locked' }; this.tell('shell'); return this.shellNow
      case 'logout': this.shellNow = { ...shell('login') }; this.tell('shell'); return this.shellNow
      case 'desk': return this.state === 'empty' ? { ...desk, to_do: [], waiting: [], due_soon: [], recent: [], notices: [] } : this.state === 'unfinished' ? { ...desk, unfinished: [{ ...unfinished().line, person: '何演示' }], home: [{ ...lines[4]!, id: 'c9', matter_name: '死亡登记' }] } : desk
      case 'matters': return matters
      case 'find_matters': return { matters: matters.map((one) => one.id), digits_choose: true }
      case 'carry': return { from: null, relation: null, materials: [], duplicates: [] }
      case 'package': return { id: '', title: '', members: [] }
      case 'codes': return { tables: codes }
      case 'queue': return null
      case 'parked_cases': return parked
      case 'find_cases': return lines
      case 'arrival':
        if (this.state === 'card-failed') throw refuse('RDR_CARD_PULLED', '卡在读完之前拿开了，没有读到内容。', '请把身份证平放在读卡器上，听到提示音再拿开。')
        return { identity, notes: ['证件将于 2026-04-01 到期，可以提前换领。'], open_cases: [lines[0]], to_collect: [lines[2]], matters: [matters[4], matters[0], matters[2]] }
      case 'dismiss_arrival': this.shellNow = { ...this.shellNow, arrival: false }; this.tell('shell', 'arrival'); return this.shellNow
      case 'answer_question':
        this.caseNow = {
          ...this.caseNow, questions: this.caseNow.questions.map((one) => (one.id === request['question'] ? { ...one, answer: String(request['answer']) } : one)),
          sections: this.caseNow.sections.map((one) => (one.id === 'newborn' ? { ...one, rows: [[...one.rows[0]!, { ...one.rows[0]![0]!, path: 'newborn.order', label: '胎次' }]] } : one)),
        }
        return this.caseNow
      case 'change_fields': {
        const changes = new Map(request['changes'] as [string, string][])
        this.caseNow = { ...this.caseNow, sections: this.caseNow.sections.map((section) => ({ ...section, rows: section.rows.map((row) => row.map((one) => (changes.has(one.path) ? { ...one, value: changes.get(one.path)!, source: 'typed' as const } : one))) })) }
        return this.caseNow
      }
      case 'save_draft': return this.shellNow
      case 'park_case': return this.shellNow
      case 'read_card': return { id: 'o1', case: 'c1', title: '请放上身份证', progress: '正在等待身份证', end: null }
      case 'operation': return { id: 'o1', case: 'c1', title: '请放上身份证', progress: '正在等待身份证', end: null }
      case 'run_lookup': throw refuse('SERVER_UNREACHABLE', '现在连不上服务器，这次核验没有结果。', '网络恢复后再查；现在可以先收件。')
      default: return this.caseNow
    }
  }
}
