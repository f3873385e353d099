import { computed, ref, shallowRef } from 'vue'
import { asFailure, call, changes, NO_ANSWER, type RpcFailure } from '@/rpc'
import type { Shell } from '@/rpc'

const now = shallowRef<Shell | null>(null)
const lineUp = ref(true)
/** Why the shell could not be asked. */
const trouble = shallowRef<RpcFailure | null>(null)
/** Wall clock of the window when the shell came, to let the trusted time go on between two answers. */
const takenAt = ref(0)
const tick = ref(Date.now())

let asking: Promise<void> | undefined
let again = false

export const shellState = {
  shell: computed(() => now.value),
  /** Whether the program behind the window answers. */
  lineUp: computed(() => lineUp.value),
  trouble: computed(() => trouble.value),
  /** Trusted time, going on second by second. */
  trustedNow: computed(() => (now.value ? now.value.now + Math.max(0, tick.value - takenAt.value) : 0)),
}

/** Takes a shell that a command has brought; an older one is no news. */
export function takeShell(shell: Shell): void {
  if (now.value && shell.revision < now.value.revision && shell.gate === now.value.gate) return
  now.value = shell
  takenAt.value = Date.now()
  tick.value = takenAt.value
  trouble.value = null
}

/** Asks for the shell; changes that come meanwhile lead to one more question, not to many. */
export function refreshShell(): Promise<void> {
  if (asking) {
    again = true
    return asking
  }
  asking = (async () => {
    do {
      again = false
      try {
        const shell = await call('shell')
        // A program that started anew counts its revisions from the beginning.
        now.value = null
        takeShell(shell)
      } catch (thrown) {
        trouble.value = asFailure(thrown)
        if (trouble.value.code === NO_ANSWER) lineUp.value = false
      }
    } while (again)
    asking = undefined
  })()
  return asking
}

/** Listens for what changes around the work area. */
export function startShell(): () => void {
  const stops = [
    changes.watch(['shell', 'devices', 'sync', 'operation:'], () => { void refreshShell() }),
    changes.watchLine((up) => { lineUp.value = up }),
  ]
  const timer = setInterval(() => { tick.value = Date.now() }, 1000)
  changes.start()
  void refreshShell()
  return () => {
    stops.forEach((stop) => stop())
    clearInterval(timer)
    changes.end()
  }
}
