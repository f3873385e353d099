import type { Refusal } from './generated/Refusal'
import type { RpcError } from './generated/RpcError'
import { words } from './generated/words'

/** The program behind the window gave no answer: it ends, starts anew, or the line to it is cut. */
export const NO_ANSWER = 'WINDOW_NO_ANSWER'
/** An answer came that is not one of ours. */
export const ANSWER_UNREADABLE = 'WINDOW_ANSWER_UNREADABLE'
/** A fault in the window itself. */
export const WINDOW_FAULT = 'WINDOW_FAULT'

/** Why a command did not work. Compare `code`, never the words. */
export class RpcFailure extends Error implements RpcError {
  readonly code: string
  readonly sentence: string
  readonly cure: string
  readonly who: string
  readonly refusal: Refusal | null
  readonly report: string | null

  constructor(error: RpcError) {
    super(error.code)
    this.name = 'RpcFailure'
    this.code = error.code
    this.sentence = error.sentence
    this.cure = error.cure
    this.who = error.who
    this.refusal = error.refusal
    this.report = error.report
  }
}

const own = (code: keyof typeof words): RpcFailure => new RpcFailure({ code, ...words[code], refusal: null, report: null })

export const noAnswer = (): RpcFailure => own(NO_ANSWER)

export const answerUnreadable = (): RpcFailure => own(ANSWER_UNREADABLE)

/** Everything that was thrown, as something that can be shown. */
export function asFailure(thrown: unknown): RpcFailure {
  if (thrown instanceof RpcFailure) return thrown
  if (isRpcError(thrown)) return new RpcFailure(thrown)
  return own(WINDOW_FAULT)
}

export function isRpcError(value: unknown): value is RpcError {
  if (typeof value !== 'object' || value === null) return false
  const one = value as Record<string, unknown>
  return typeof one['code'] === 'string' && typeof one['sentence'] === 'string' && typeof one['cure'] === 'string'
}
