import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ChangeStream } from './changes'
import { call, connect } from './client'
import { asFailure, NO_ANSWER, RpcFailure, WINDOW_FAULT } from './failure'
import type { Change } from './generated/Change'
import { newCommandId } from './identity'
import { LineBroken, type ChangeListener, type Transport } from './transport'

interface Sent { command: string; payload: Record<string, unknown> }

function fake(answers: (() => unknown)[]): Transport & { sent: Sent[]; listener?: ChangeListener } {
  const transport = {
    sent: [] as Sent[],
    listener: undefined as ChangeListener | undefined,
    async call(command: string, payload: unknown): Promise<unknown> {
      transport.sent.push({ command, payload: payload as Record<string, unknown> })
      return (answers.shift() ?? (() => ({})))()
    },
    listen(listener: ChangeListener) { transport.listener = listener; return () => { transport.listener = undefined } },
    address: (kind: string, blob: string, query = '') => `/${kind}/${blob}${query}`,
  }
  return transport as Transport & { sent: Sent[]; listener?: ChangeListener }
}
const broken = () => { throw new LineBroken() }

describe('asking', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  it('repeats a lost request under the same name', async () => {
    const line = fake([broken, broken, () => ({ done: true })])
    connect('officer', line)
    const answer = call('submit_case', { case: 'c1' })
    await vi.runAllTimersAsync()
    expect(await answer).toEqual({ done: true })
    const names = line.sent.map((one) => one.payload['command'])
    expect(names).toHaveLength(3)
    expect(new Set(names).size).toBe(1)
    expect(names[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('gives every new request another name, and keeps the one that was given', async () => {
    const line = fake([])
    connect('officer', line)
    await call('submit_case', { case: 'c1' })
    await call('submit_case', { case: 'c1' })
    await call('submit_case', { case: 'c1', command: 'mine' })
    expect(line.sent[0]!.payload['command']).not.toBe(line.sent[1]!.payload['command'])
    expect(line.sent[2]!.payload['command']).toBe('mine')
  })

  it('sends no name where the request has none', async () => {
    const line = fake([])
    connect('officer', line)
    await call('park_case', { case: 'c1' })
    expect(line.sent[0]!.payload).toEqual({ case: 'c1' })
  })

  it('gives up with a code when nobody answers', async () => {
    const line = fake([broken, broken, broken, broken])
    connect('officer', line)
    const answer = call('desk').catch((thrown: unknown) => thrown)
    await vi.runAllTimersAsync()
    expect((await answer as RpcFailure).code).toBe(NO_ANSWER)
    expect(line.sent).toHaveLength(4)
  })

  it('never repeats a password', async () => {
    const line = fake([broken])
    connect('officer', line)
    const answer = call('login', { officer: 'a', password: 'b' }).catch((thrown: unknown) => thrown)
    await vi.runAllTimersAsync()
    expect((await answer as RpcFailure).code).toBe(NO_ANSWER)
    expect(line.sent).toHaveLength(1)
  })

  it('does not repeat what the terminal refused', async () => {
    const refusal = new RpcFailure({ code: 'WRONG_STAGE', sentence: 's', cure: 'c', who: 'clerk', refusal: { kind: 'wrong_stage' }, report: null })
    const line = fake([() => { throw refusal }])
    connect('officer', line)
    await expect(call('submit_case', { case: 'c1' })).rejects.toBe(refusal)
    expect(line.sent).toHaveLength(1)
  })
})

describe('failures', () => {
  it('shows faults of the window without their text', () => {
    const failure = asFailure(new TypeError('张三 is not a function'))
    expect(failure.code).toBe(WINDOW_FAULT)
    expect(failure.sentence).not.toContain('张三')
  })
})

describe('names of commands', () => {
  it('sort by time', () => {
    expect(newCommandId(1000) < newCommandId(2000)).toBe(true)
    expect(newCommandId(1_700_000_000_000).slice(0, 13)).toBe('018bcfe5-6800')
  })
})

describe('changes', () => {
  const change = (revision: number, ...topics: string[]): Change => ({ revision, topics, source: 'device' })

  function stream() {
    const line = fake([])
    connect('officer', line)
    const one = new ChangeStream()
    const heard: (string | null)[] = []
    one.watch(['desk', 'case:'], (topic) => heard.push(topic))
    one.start()
    return { one, line, heard }
  }

  it('hands topics to those who watch them', () => {
    const { line, heard } = stream()
    line.listener!.change(change(1, 'shell'))
    line.listener!.change(change(2, 'desk', 'case:c1'))
    expect(heard).toEqual(['desk', 'case:c1'])
  })

  it('makes everybody ask anew after a gap', () => {
    const { line, heard } = stream()
    line.listener!.change(change(4, 'shell'))
    line.listener!.change(change(6, 'shell'))
    expect(heard).toEqual([null])
    line.listener!.change(change(7, 'desk'))
    expect(heard).toEqual([null, 'desk'])
  })

  it('forgets old revisions when the line comes up again: the program may have started anew', () => {
    const { line, heard } = stream()
    line.listener!.change(change(90, 'desk'))
    line.listener!.up()
    line.listener!.change(change(3, 'desk'))
    expect(heard).toEqual(['desk', null, 'desk'])
  })

  it('takes no news twice', () => {
    const { line, heard } = stream()
    line.listener!.change(change(5, 'desk'))
    line.listener!.change(change(5, 'desk'))
    line.listener!.change(change(4, 'desk'))
    expect(heard).toEqual(['desk'])
  })

  it('tells lost changes', () => {
    const { line, heard } = stream()
    line.listener!.gap()
    expect(heard).toEqual([null])
  })
})
