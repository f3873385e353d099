import { agentHost } from './agentHost'
import { isNamed, mayRepeat, type NamedCommand } from './changing'
import { desktop } from './desktop'
import { noAnswer } from './failure'
import type { ApplicantCommands, OfficerCommands } from './generated/commands'
import type { WindowRole } from './generated/WindowRole'
import { newCommandId } from './identity'
import { LineBroken, type FileKind, type Transport } from './transport'

/** Pauses between the tries of one request when nobody answers: a restart of the host takes about two seconds. */
const PAUSES_MS = [300, 1000, 2500]

type Commands = OfficerCommands & ApplicantCommands
/** A request as a screen writes it. The `command` that names a changing request may be left out: it gets a fresh one. */
export type RequestOf<K extends keyof Commands> = K extends NamedCommand
  ? Omit<Commands[K]['request'], 'command'> & { command?: string }
  : Commands[K]['request']
export type AnswerOf<K extends keyof Commands> = Commands[K]['answer']

let window: WindowRole = 'officer'
let transport: Transport | undefined

function line(): Transport {
  transport = transport ?? ('__TAURI_INTERNALS__' in globalThis ? desktop(window) : agentHost)
  return transport
}

/** Says which window this is; once, before anything is asked. Tests and the development double bring their own line. */
export function connect(role: WindowRole, own?: Transport): void {
  window = role
  transport = own
}

/** The line in use. */
export const currentTransport = (): Transport => line()

/**
 * Asks the terminal. Throws an `RpcFailure`. When nobody answers, the same request with the
 * same name is sent again, so that nothing is done twice. To let the officer try once more
 * later, make the name with `newCommandId` and keep it with what he typed.
 */
export async function call<K extends keyof Commands>(name: K, ...request: Record<string, never> extends RequestOf<K> ? [RequestOf<K>?] : [RequestOf<K>]): Promise<AnswerOf<K>> {
  const payload: Record<string, unknown> = { ...(request[0] as object | undefined) }
  if (isNamed(name) && payload['command'] === undefined) payload['command'] = newCommandId()
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await line().call(name, payload) as AnswerOf<K>
    } catch (thrown) {
      if (!(thrown instanceof LineBroken)) throw thrown
      const pause = PAUSES_MS[attempt]
      if (pause === undefined || !mayRepeat(name)) throw noAnswer()
      await new Promise((later) => setTimeout(later, pause))
    }
  }
}

const address = (kind: FileKind, blob: string, query?: string): string => line().address(kind, blob, query)

/** Address of a page's picture, its longer side at most `side` pixels. */
export const pictureAddress = (blob: string, side: number): string => address('pictures', blob, `?side=${Math.round(side)}`)
/** Address of the newest picture that an operation's camera has; each request gives one that was not given before. */
export const frameAddress = (operation: string): string => address('frames', operation)
/** Address of a PDF. */
export const documentAddress = (blob: string): string => address('documents', blob)
/** Address of a signature's strokes. */
export const strokesAddress = (blob: string): string => address('strokes', blob)
