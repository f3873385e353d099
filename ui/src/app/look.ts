import { ref } from 'vue'
import { setContrast, type Contrast } from '@/design'

/** How the window looks, kept for this window; nothing of a case is ever kept here. */
const KEY = 'window-look'
export const ZOOMS = [100, 110, 125, 150, 175, 200] as const
export type Zoom = (typeof ZOOMS)[number]

const contrast = ref<Contrast>('normal')
const zoom = ref<Zoom>(100)
export const look = { contrast, zoom }

function keep(): void {
  setContrast(contrast.value)
  // 100 % leaves the element alone, so that the web view's own zoom stays as it is.
  document.documentElement.style.setProperty('zoom', zoom.value === 100 ? '' : `${zoom.value}%`)
  try {
    localStorage.setItem(KEY, JSON.stringify({ contrast: contrast.value, zoom: zoom.value }))
  } catch {
    // A window that keeps nothing on the disk starts with the usual look.
  }
}

export function chooseContrast(next: Contrast): void { contrast.value = next; keep() }
export function chooseZoom(next: Zoom): void { zoom.value = next; keep() }

export function startLook(): void {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as { contrast?: unknown; zoom?: unknown }
    if (kept.contrast === 'high') contrast.value = 'high'
    const known = ZOOMS.find((one) => one === kept.zoom)
    if (known) zoom.value = known
  } catch {
    // As above.
  }
  keep()
}
