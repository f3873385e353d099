/** The bytes of a paper drawn on canvases: the window's web view has no viewer of its own. */
import type { PDFDocumentProxy } from 'pdfjs-dist'
import PdfWorker from 'pdfjs-dist/legacy/build/pdf.worker.mjs?worker'

export interface OpenPaper {
  pages: number
  /** Width by height of a page in points (1/72 inch). */
  size(page: number): Promise<{ width: number; height: number }>
  /** Draws a page so that it is `width` CSS pixels wide. */
  draw(page: number, canvas: HTMLCanvasElement, width: number): Promise<void>
  close(): void
}

/** Never finer than this many device pixels a page: an A4 page of 2400 × 3400 needs 32 MB. */
const WIDEST = 2400

/** One worker for the window; starting it costs more than a page. */
let worker: Worker | undefined

export async function openPaper(bytes: ArrayBuffer): Promise<OpenPaper> {
  const pdf = await import('pdfjs-dist/legacy/build/pdf.mjs')
  worker = worker ?? new PdfWorker()
  pdf.GlobalWorkerOptions.workerPort = worker
  // The policy forbids eval; saying so spares the library the try.
  const task = pdf.getDocument({ data: new Uint8Array(bytes), isEvalSupported: false, enableXfa: false, stopAtErrors: false })
  const open: PDFDocumentProxy = await task.promise
  return {
    pages: open.numPages,
    async size(number) {
      const page = await open.getPage(number)
      const { width, height } = page.getViewport({ scale: 1 })
      return { width, height }
    },
    async draw(number, canvas, width) {
      const page = await open.getPage(number)
      const bare = page.getViewport({ scale: 1 })
      const pixels = Math.min(WIDEST, Math.round(width * (window.devicePixelRatio || 1)))
      const viewport = page.getViewport({ scale: pixels / bare.width })
      canvas.width = Math.round(viewport.width)
      canvas.height = Math.round(viewport.height)
      const context = canvas.getContext('2d')
      if (!context) throw new Error('no canvas')
      await page.render({ canvasContext: context, viewport }).promise
    },
    close() { void task.destroy() },
  }
}
