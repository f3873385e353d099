import { invoke } from '@tauri-apps/api/core'
import { answerUnreadable, isRpcError, RpcFailure } from './failure'
import type { Change } from './generated/Change'
import type { WindowRole } from './generated/WindowRole'
import type { ChangeListener, FileKind, Transport } from './transport'

/** Events of the page that the shell sends to one window at a time. */
const CHANGE = 'terminal-change'
const GAP = 'terminal-gap'

/** The windows of the desktop shell: one entry command per window. */
export function desktop(window: WindowRole): Transport {
  return {
    async call(command, payload) {
      try {
        return await invoke<unknown>(`${window}_rpc`, { command, payload })
      } catch (thrown) {
        throw isRpcError(thrown) ? new RpcFailure(thrown) : answerUnreadable()
      }
    },

    listen(listener: ChangeListener) {
      const change = (event: Event): void => listener.change((event as CustomEvent<Change>).detail)
      const gap = (): void => listener.gap()
      globalThis.addEventListener(CHANGE, change)
      globalThis.addEventListener(GAP, gap)
      listener.up()
      return () => {
        globalThis.removeEventListener(CHANGE, change)
        globalThis.removeEventListener(GAP, gap)
      }
    },

    address: (kind: FileKind, blob: string, query = '') => `terminal://localhost/${kind}/${blob}${query}`,
  }
}
