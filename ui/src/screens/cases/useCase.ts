/** One case on a screen: its view, kept fresh, and the acts on it. */
import { onMounted, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { takeBrought } from '@/app/openCase'
import { asFailure, call, newCommandId, NO_ANSWER, useChanges, type OfficerCommands } from '@/rpc'
import type { CaseView, RpcError } from '@/rpc'
import { CommandNames } from './commandNames'

/** Commands that name themselves and answer with the case as it then is. */
export type CaseCommand = {
  [Name in keyof OfficerCommands]: OfficerCommands[Name] extends { request: { command: string }; answer: CaseView } ? Name : never
}[keyof OfficerCommands]
export type Unnamed<Name extends keyof OfficerCommands> = Omit<OfficerCommands[Name]['request'], 'command'>

export interface CaseOnScreen {
  view: ShallowRef<CaseView | null>
  error: ShallowRef<RpcError | null>
  /** An act is on its way. */
  busy: Ref<boolean>
  load(): Promise<void>
  /** Does an act; `act` describes it, so that pressing again after a lost answer repeats it under the same name. */
  change<Name extends CaseCommand>(act: string, command: Name, request: Unnamed<Name>): Promise<boolean>
  /** Takes a view that another command has brought. */
  take(view: CaseView): void
}

export function useCase(id: () => string): CaseOnScreen {
  const view = shallowRef<CaseView | null>(null)
  const error = shallowRef<RpcError | null>(null)
  const busy = ref(false)
  const names = new CommandNames(newCommandId)
  /** Answers overtake one another; only what was asked for last is shown. */
  let asked = 0
  /** Whether the last of them was an act, whose answer may be older than what was asked for before it came. */
  let acted = false

  function take(now: CaseView): void {
    asked += 1
    acted = true
    if (now.line.id === id()) view.value = now
  }

  async function load(command: 'case' | 'refresh_case' = 'case'): Promise<void> {
    const mine = ++asked
    acted = false
    const wanted = id()
    try {
      const answer = await call(command, { case: wanted })
      if (wanted !== id()) return
      if (mine === asked) view.value = answer
      else if (acted) void load('refresh_case')
    } catch (reason) {
      if (mine === asked) error.value = asFailure(reason)
    }
  }

  async function change<Name extends CaseCommand>(act: string, command: Name, request: Unnamed<Name>): Promise<boolean> {
    const key = `${id()} ${act}`
    busy.value = true
    error.value = null
    try {
      const named = { ...request, command: names.of(key) }
      // The compiler cannot follow that every command of this kind takes its own request and answers with a case.
      const answer = await (call as (name: string, request: unknown) => Promise<CaseView>)(command, named)
      names.answered(key)
      take(answer)
      return true
    } catch (reason) {
      const failure = asFailure(reason)
      if (failure.code !== NO_ANSWER) names.answered(key)
      error.value = failure
      return false
    } finally {
      busy.value = false
    }
  }

  watch(id, () => { view.value = null; error.value = null; void load() })
  useChanges(() => ['case:'], (topic) => { if (topic === null || topic === `case:${id()}`) void load('refresh_case') })
  onMounted(() => {
    const brought = takeBrought(id())
    if (!brought) { void load(); return }
    take(brought)
    // After the first picture: what was told before this page listened, and which case is on the screen.
    requestAnimationFrame(() => setTimeout(() => void load()))
  })
  return { view, error, busy, load, change, take }
}
