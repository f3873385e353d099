/** Work at a device that a screen has begun: progress, stop, end. */
import { computed, onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import { asFailure, call, newCommandId, NO_ANSWER, useChanges, type OfficerCommands } from '@/rpc'
import type { OperationView } from '@/rpc'
import { CommandNames } from '../cases/commandNames'

/** Commands that name themselves and begin work at a device. */
type OperationCommand = {
  [Name in keyof OfficerCommands]: OfficerCommands[Name] extends { request: { command: string }; answer: OperationView } ? Name : never
}[keyof OfficerCommands]

/** A change may be missed while the window sleeps; while work runs, this asks anyway. Milliseconds. */
const LOOK_MS = 2000

export function useOperation(caseId: () => string, ended?: (operation: OperationView) => void) {
  const operation = shallowRef<OperationView | null>(null)
  const stopping = ref(false)
  const running = computed(() => operation.value !== null && operation.value.end === null)
  const names = new CommandNames(newCommandId)

  function take(now: OperationView): void {
    const before = operation.value
    if (!before || before.id !== now.id || before.end) return
    operation.value = now
    if (now.end) ended?.(now)
  }

  async function look(): Promise<void> {
    const now = operation.value
    if (!now || now.end) return
    try {
      take(await call('operation', { operation: now.id }))
    } catch (reason) {
      // The terminal forgets operations when it starts anew; without an answer we go on waiting.
      const error = asFailure(reason)
      if (error.code !== NO_ANSWER) take({ ...now, end: { kind: 'failed', error } })
    }
  }

  async function begin<Name extends OperationCommand>(command: Name, request: Omit<OfficerCommands[Name]['request'], 'command'>): Promise<void> {
    if (running.value) return
    const act = `${command} ${JSON.stringify(request)}`
    stopping.value = false
    try {
      const begun = await (call as (name: string, request: unknown) => Promise<OperationView>)(command, { ...request, command: names.of(act) })
      names.answered(act)
      operation.value = begun
      if (begun.end) ended?.(begun)
      else void look()
    } catch (reason) {
      const error = asFailure(reason)
      if (error.code !== NO_ANSWER) names.answered(act)
      operation.value = { id: '', case: caseId(), title: '', progress: '', shows: false, choices: [], end: { kind: 'failed', error } }
    }
  }

  async function stop(): Promise<void> {
    const now = operation.value
    if (!now || now.end || stopping.value) return
    stopping.value = true
    try {
      take(await call('cancel_operation', { operation: now.id }))
    } catch {
      stopping.value = false
    }
  }

  /** Says what one of its buttons says, the first unless told otherwise: it is enough, the card is turned, the finger is injured. */
  async function proceed(choice?: string): Promise<void> {
    const now = operation.value
    const said = choice ?? now?.choices[0]?.choice
    if (!now || now.end || said === undefined) return
    try {
      take(await call('proceed_operation', { operation: now.id, choice: said }))
    } catch {
      // The button is still there.
    }
  }

  /** Takes up work that runs for this case already, after coming back to the screen. */
  async function adopt(): Promise<void> {
    try {
      const known = (await call('shell')).operations.find((one) => one.case === caseId() && one.end === null)
      if (known && !operation.value) operation.value = known
    } catch {
      // The frame says that nobody answers; there is nothing to take up.
    }
  }

  function close(): void { if (!running.value) operation.value = null }

  useChanges(() => ['operation:'], (topic) => { if (topic === null || topic === `operation:${operation.value?.id ?? ''}`) void look() })
  let timer: ReturnType<typeof setInterval> | undefined
  onMounted(() => { timer = setInterval(() => { void look() }, LOOK_MS) })
  onBeforeUnmount(() => clearInterval(timer))
  return { operation, running, stopping, begin, stop, proceed, adopt, close }
}
