import { describe, expect, it } from 'vitest'
import type { CaseView } from '@/rpc'
import { lacking, suggestions } from './collector'

const identity = (name: string, number: string) => ({ document: 'resident_card', number, name })
const view = (identities: unknown[]) => ({ identities }) as unknown as CaseView

describe('who takes the result', () => {
  it('is suggested from the identities of the case, each person once', () => {
    const found = suggestions(view([
      { person: 'applicant', identity: identity('周𬭚', '999901199304129019') },
      { person: 'father', identity: identity('周𬭚', '999901199304129019') },
      { person: 'mother', identity: identity('沈㛃', '999901199509039025') },
    ]))
    expect(found.map((one) => one.label)).toEqual(['申请人', '母亲'])
  })
  it('needs a name, a number that holds, and a signature', () => {
    const good = { name: '周𬭚', document: 'resident_card' as const, number: '999901199304129019' }
    expect(lacking(good, true)).toBe('')
    expect(lacking(good, false)).toContain('签名')
    expect(lacking({ ...good, name: ' ' }, true)).not.toBe('')
    expect(lacking({ ...good, number: '999901199304129018' }, true)).toContain('校验')
    expect(lacking({ ...good, number: '' }, true)).toContain('号码')
    expect(lacking({ name: '周𬭚', document: 'none', number: '' }, true)).toBe('')
    expect(lacking({ name: '周𬭚', document: 'passport', number: 'E1' }, true)).toBe('')
  })
})
