/** Pages as the viewer wants them. A picture that is not on this terminal yet is fetched once before it is asked for twice. */
import { onBeforeUnmount, shallowRef } from 'vue'
import { pictureAddress, type PageView } from '@/rpc'
import type { PagePicture, Turn } from '@/pages/types'

/** Sides of the pictures asked for: the page on a large screen, the strip. */
const PAGE_SIDE = 2200
const THUMB_SIDE = 160
/** Waits between the tries to get a picture from the server. */
const PAUSES_MS = [1000, 4000, 15_000]

type Fetching = 'coming' | 'here' | 'failed'

/** How long to wait before the next try, or undefined when the officer has to ask again. */
export const pauseBefore = (tries: number): number | undefined => PAUSES_MS[tries - 1]

export function usePictures(): { picture(page: PageView, label: string, turn?: Turn): PagePicture } {
  const states = shallowRef<ReadonlyMap<string, Fetching>>(new Map())
  const timers = new Set<ReturnType<typeof setTimeout>>()
  let ended = false

  function set(blob: string, state: Fetching): void {
    if (!ended) states.value = new Map(states.value).set(blob, state)
  }

  async function get(blob: string, tries = 1): Promise<void> {
    try {
      const answer = await fetch(pictureAddress(blob, THUMB_SIDE), { credentials: 'same-origin' })
      if (!answer.ok) throw new Error('not here yet')
      set(blob, 'here')
    } catch {
      const pause = pauseBefore(tries)
      if (pause === undefined) return set(blob, 'failed')
      const timer = setTimeout(() => { timers.delete(timer); void get(blob, tries + 1) }, pause)
      timers.add(timer)
    }
  }

  onBeforeUnmount(() => { ended = true; timers.forEach(clearTimeout) })
  return {
    picture(page, label, turn = 0) {
      const state = page.here ? 'here' : states.value.get(page.blob)
      if (state === undefined) {
        // Not while the screen is being drawn: the answer changes what is drawn.
        queueMicrotask(() => {
          if (states.value.has(page.blob)) return
          set(page.blob, 'coming')
          void get(page.blob)
        })
      }
      const bare = { id: page.id, label, turn }
      if (state === 'here') return { ...bare, url: pictureAddress(page.blob, PAGE_SIDE), thumbUrl: pictureAddress(page.blob, THUMB_SIDE) }
      return { ...bare, url: '', problem: state === 'failed' ? '这一页的图像取不到，联网后再打开这一件' : '正在从服务器取这一页的图像…', problemTone: 'due' }
    },
  }
}
