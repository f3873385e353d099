/** Loads page pictures and keeps the last few; a scan of A4 at 300 dpi is 35 MB in memory. */
const KEPT = 4

export class PictureCache {
  private readonly kept = new Map<string, Promise<HTMLImageElement>>()

  load(url: string): Promise<HTMLImageElement> {
    const known = this.kept.get(url)
    if (known) {
      this.kept.delete(url)
      this.kept.set(url, known)
      return known
    }
    const coming = new Promise<HTMLImageElement>((done, failed) => {
      const image = new Image()
      image.onload = () => done(image)
      image.onerror = () => {
        this.kept.delete(url)
        failed(new Error('picture cannot be read'))
      }
      image.src = url
    })
    this.kept.set(url, coming)
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= KEPT) break
      this.kept.delete(oldest)
    }
    return coming
  }
}
