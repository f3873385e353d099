/** Lists that are paged by + and −. */
export interface Page<T> {
  items: readonly T[]
  /** Counted from 0. */
  page: number
  pages: number
  total: number
}

export function pageOf<T>(all: readonly T[], page: number, size: number): Page<T> {
  const pages = Math.max(1, Math.ceil(all.length / size))
  const at = Math.max(0, Math.min(page, pages - 1))
  return { items: all.slice(at * size, (at + 1) * size), page: at, pages, total: all.length }
}
