import type { Tone } from '@/design'
import type { DeviceState, FrameTab, Post as FramePost, SyncState, UndoOffer } from '@/frame/types'
import { UNDO_MS } from '@/frame/types'
import { officerTabs } from '@/frame/officerTabs'
import type { DeviceClass, DeviceLine, Post, Shell, SyncLine } from '@/rpc'
import { shownSpan } from '@/screens/cases/moment'

const deviceWords: Record<DeviceClass, string> = {
  id_card_reader: '读卡器', scanner: '扫描仪', printer: '打印机', signature_pad: '签字板', fingerprint: '指纹仪',
  camera: '照相机', document_camera: '高拍仪', evaluation_pad: '评价器', code_scanner: '扫码枪', chip_card_reader: 'IC卡',
  ukey: '密码钥匙', queue_caller: '叫号器', speaker: '语音',
}
/** Pages that are not built yet are shown as closed, with their key, so that the row does not move later. */
const OPEN_TABS = new Set(['desk', 'intake', 'cases', 'review', 'search', 'devices', 'settings'])

export const deviceName = (kind: DeviceClass): string => deviceWords[kind]

function deviceTone(line: DeviceLine): Tone {
  if (line.ready) return 'done'
  if (!line.fault) return 'plain'
  return line.fault.fault.permanent ? 'stop' : 'due'
}

export const frameDevices = (devices: readonly DeviceLine[]): DeviceState[] => devices.map((line) => ({
  id: line.device.id,
  label: deviceName(line.device.class),
  tone: deviceTone(line),
  ...(line.ready || !line.words ? {} : { words: line.words }),
}))

/** The line to the server in one sentence: what waits, and since when the network is gone. */
export function frameSync(line: SyncLine, now: number): SyncState {
  const parts: string[] = []
  if (line.rejected > 0) parts.push(`${line.rejected} 件要处理`)
  if (line.pending > 0) parts.push(`${line.pending} 步待传`)
  if (line.pending_files > 0) parts.push(`${line.pending_files} 个文件待传`)
  if (!line.online) parts.push(`网络断开 ${shownSpan(now - line.since)}`)
  if (parts.length === 0) parts.push('已全部上传')
  const tone: Tone = line.rejected > 0 ? 'stop' : !line.online || line.pending > 0 || line.pending_files > 0 ? 'due' : 'done'
  return { tone, words: parts.join('，') }
}

export const postId = (post: Post): string => `${post.unit}/${post.role}`

export const framePosts = (shell: Shell): FramePost[] => (shell.session?.posts ?? []).map((line) => ({
  id: postId(line.post),
  label: line.title,
  ...(line.post.unit !== shell.unit?.code && line.unit ? { unit: line.unit } : {}),
}))

export const frameTabs = (shell: Shell): FrameTab[] => officerTabs.map((tab) => ({
  ...tab,
  ...(OPEN_TABS.has(tab.id) ? {} : { disabled: true }),
  ...(tab.id === 'review' && shell.counts.to_review > 0 ? { count: shell.counts.to_review } : {}),
}))

/** The offer in the status bar; `now` is the trusted time, `wall` the window's own clock. */
export function frameUndo(shell: Shell, now: number, wall: number): UndoOffer | undefined {
  if (!shell.undo || shell.undo.until <= now) return undefined
  return { id: `${shell.undo.until} ${shell.undo.words}`, label: shell.undo.words, since: wall - (UNDO_MS - (shell.undo.until - now)) }
}
