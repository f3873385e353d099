import { answerUnreadable, isRpcError, RpcFailure } from './failure'
import type { Change } from './generated/Change'
import { LineBroken, type ChangeListener, type FileKind, type Transport } from './transport'

/** Waiting time before a closed line is opened again; a browser gives up by itself after a refusal. */
const REOPEN_MS = 1000
/** Answers of a host that ends or is not there yet: nothing was done that a repeat would not find. */
const AWAY = [502, 503, 504]

/** The windows in a browser: the agent host on this machine. */
export const agentHost: Transport = {
  async call(command, payload) {
    let answer: Response
    try {
      answer = await fetch(`/rpc/${command}`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload), credentials: 'same-origin',
      })
    } catch {
      throw new LineBroken()
    }
    if (AWAY.includes(answer.status)) throw new LineBroken()
    let body: unknown
    try {
      body = await answer.json()
    } catch (thrown) {
      // A body cut in the middle is a broken line; one that is no JSON is a fault.
      throw thrown instanceof SyntaxError ? answerUnreadable() : new LineBroken()
    }
    if (answer.ok) return body
    throw isRpcError(body) ? new RpcFailure(body) : answerUnreadable()
  },

  listen(listener: ChangeListener) {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let ended = false
    const open = (): void => {
      source = new EventSource('/changes')
      source.addEventListener('open', () => listener.up())
      source.addEventListener('change', (event) => {
        try {
          listener.change(JSON.parse((event as MessageEvent<string>).data) as Change)
        } catch {
          listener.gap()
        }
      })
      source.addEventListener('gap', () => listener.gap())
      source.addEventListener('error', () => {
        listener.down()
        if (source?.readyState !== EventSource.CLOSED || ended) return
        timer = setTimeout(open, REOPEN_MS)
      })
    }
    open()
    return () => {
      ended = true
      if (timer) clearTimeout(timer)
      source?.close()
    }
  },

  address: (kind: FileKind, blob: string, query = '') => `/${kind}/${blob}${query}`,
}
