import { computed, shallowRef } from 'vue'
import type { Tone } from '@/design'
import { asFailure, type RpcFailure } from '@/rpc'

/** One thing that the officer has to know. */
export interface Notice {
  id: number
  tone: Tone
  text: string
  /** Set for a failure: cure, who and code are shown with it. */
  failure?: RpcFailure
  /** Tries the same thing again, under the same name. */
  again?: () => unknown
}

/** A message line that says something good goes away by itself. */
const GOOD_MS = 8000

let count = 0
const notices = shallowRef<readonly Notice[]>([])

/** What stands in the message line, the oldest failure first; nothing is lost before somebody has seen it. */
export const messages = {
  all: computed(() => notices.value),
  failures: computed(() => notices.value.filter((one) => one.failure !== undefined)),
  words: computed(() => { const plain = notices.value.filter((one) => one.failure === undefined); return plain[plain.length - 1] }),
}

export function seen(id: number): void {
  notices.value = notices.value.filter((one) => one.id !== id)
}

/** Says something in the message line. */
export function say(text: string, tone: Tone = 'done'): void {
  count += 1
  const id = count
  notices.value = [...notices.value.filter((one) => one.failure !== undefined), { id, tone, text }]
  if (tone === 'done' || tone === 'plain') setTimeout(() => seen(id), GOOD_MS)
}

/** Shows a failure: sentence, cure, who, code. It stays until it is seen. `again` gives the officer a second try. */
export function fail(thrown: unknown, again?: () => unknown): RpcFailure {
  const failure = asFailure(thrown)
  const same = notices.value.find((one) => one.failure?.code === failure.code && one.failure.sentence === failure.sentence)
  count += 1
  const notice: Notice = { id: count, tone: 'stop', text: failure.sentence, failure, ...(again ? { again } : {}) }
  notices.value = [...notices.value.filter((one) => one !== same), notice]
  return failure
}

/** Runs something; a failure is shown and the answer is undefined. */
export async function attempt<A>(work: () => Promise<A>, again?: () => unknown): Promise<A | undefined> {
  try {
    return await work()
  } catch (thrown) {
    fail(thrown, again)
    return undefined
  }
}

/** For tests and log-out. */
export function forgetMessages(): void {
  notices.value = []
}
