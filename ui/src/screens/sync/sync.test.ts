import { describe, expect, it } from 'vitest'
import type { SyncLine } from '@/rpc'
import { lineWords, numbersTone, retryWords, sizeWords } from './words'

const line = (part: Partial<SyncLine>): SyncLine => ({ online: true, since: 0, pending: 0, pending_files: 0, rejected: 0, ...part })

describe('the line in words', () => {
  it('says what must be handled before anything else', () => {
    expect(lineWords(line({ rejected: 1, pending: 3, online: false }), 480_000)).toEqual({ tone: 'stop', words: '1 条要处理，3 步待传，网络断开 8 分钟' })
  })
  it('says since when the network is gone and what waits', () => {
    expect(lineWords(line({ online: false, pending: 3 }), 480_000)).toEqual({ tone: 'due', words: '网络断开 8 分钟，3 步待传，恢复后自动上传' })
    expect(lineWords(line({}), 480_000).tone).toBe('done')
  })
  it('is not all sent while a file still waits', () => {
    expect(lineWords(line({ pending_files: 1 }), 0)).toEqual({ tone: 'due', words: '正在上传，1 个文件待传' })
  })
  it('says when the next try begins by itself', () => {
    expect([null, 1_000, 40_000, 150_000].map((next) => retryWords(next, 0))).toEqual(['正在重试', '马上自动重试', '约 40 秒后自动重试', '约 3 分钟后自动重试'])
  })
  it('sizes are read at a glance', () => {
    expect([1, 340_000, 5_230_000].map(sizeWords)).toEqual(['1 KB', '340 KB', '5.2 MB'])
  })
  it('numbers run low before they run out', () => {
    expect([numbersTone(0), numbersTone(10), numbersTone(500)]).toEqual(['stop', 'due', 'plain'])
  })
})
