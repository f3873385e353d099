/** Codes of the contract in the officer's words. Each table is complete: the type says so. */
import type { CheckState, Decision, DocumentKind, Outcome, PersonRole, Role, ValueSource } from '@/rpc'
import type { Tone } from '@/design'

export const roleWords: Record<Role, string> = {
  auxiliary: '辅警', officer: '户籍民警', community_officer: '社区民警', photographer: '照相员', head: '所领导',
  county_reviewer: '分局审批', city_reviewer: '市局审批', inspector: '质检员', admin: '系统管理员',
}

export const personWords: Record<PersonRole, string> = {
  applicant: '申请人', subject: '被申请人', father: '父亲', mother: '母亲', guardian: '监护人',
  household_head: '户主', former_head: '原户主', spouse: '配偶', agent: '代办人',
}

export const documentWords: Record<DocumentKind, string> = {
  resident_card: '居民身份证', resident_card15: '15 位旧号码', residence_permit: '港澳台居民居住证',
  permanent_residence15: '外国人永久居留证（2017 版）', permanent_residence18: '外国人永久居留身份证', passport: '护照', none: '无证件',
}

/** `refusal` is the family's own word: a card is not 不予办理 but 审核不通过. */
export const decisionWords = (decision: Decision, refusal: string): { tone: Tone; words: string } => ({
  pass: { tone: 'done' as const, words: '通过' },
  return: { tone: 'due' as const, words: '退回' },
  refuse: { tone: 'stop' as const, words: refusal },
})[decision]

export const outcomeWords = (outcome: Outcome, refusal: string): { tone: Tone; words: string } => ({
  done: { tone: 'done' as const, words: '已办结' },
  refused: { tone: 'stop' as const, words: refusal },
  withdrawn: { tone: 'plain' as const, words: '已撤销' },
  terminated: { tone: 'plain' as const, words: '已终止' },
  abandoned: { tone: 'plain' as const, words: '已作废' },
})[outcome]

export const checkWords: Record<CheckState, { tone: Tone; words: string }> = {
  agrees: { tone: 'done', words: '已核验相符' },
  differs: { tone: 'stop', words: '核验不符' },
  not_checked: { tone: 'due', words: '未核验' },
  unavailable: { tone: 'due', words: '接口不可用' },
}

export const sourceWords: Record<ValueSource, string> = { card: '读卡', register: '常口', earlier_case: '以前的办件', typed: '录入' }

/** Who can mend something. */
export function whoWords(who: string): string {
  return ({ clerk: '窗口可处理', administrator: '请系统管理员处理', maker: '请设备厂家或开发单位处理' } as Record<string, string>)[who] ?? ''
}
