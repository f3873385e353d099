import type { Refusal } from './generated/Refusal'
import type { RpcError } from './generated/RpcError'

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

const own = (code: string, sentence: string, cure: string): RpcFailure =>
  new RpcFailure({ code, sentence, cure, who: 'clerk', refusal: null, report: null })

export const noAnswer = (): RpcFailure =>
  own(NO_ANSWER, '本机终端程序没有应答，这一步是否完成还不知道。', '请稍候再试，同一步骤不会做两遍；仍不行请重新启动窗口程序。')

export const answerUnreadable = (): RpcFailure =>
  own(ANSWER_UNREADABLE, '本机终端程序的应答无法识别。', '请重新启动窗口程序；仍不行请联系管理员。')

/** Everything that was thrown, as something that can be shown. */
export function asFailure(thrown: unknown): RpcFailure {
  if (thrown instanceof RpcFailure) return thrown
  if (isRpcError(thrown)) return new RpcFailure(thrown)
  const detail = thrown instanceof Error ? thrown.name : typeof thrown
  return own(WINDOW_FAULT, `这个画面出了差错（${detail}），已录入的内容还在。`, '请再试一次；仍不行请按 F2 回工作台再打开这一件。')
}

export function isRpcError(value: unknown): value is RpcError {
  if (typeof value !== 'object' || value === null) return false
  const one = value as Record<string, unknown>
  return typeof one['code'] === 'string' && typeof one['sentence'] === 'string' && typeof one['cure'] === 'string'
}
