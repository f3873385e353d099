import type { Tone } from '@/design'

export type ColumnKind = 'text' | 'name' | 'number' | 'id_number' | 'date' | 'state'

export interface WorkColumn {
  key: string
  title: string
  kind?: ColumnKind
  /** CSS width of the column; the others share what is left. */
  width?: string
  /** Left out when the table is narrower than 720 px: what is seldom needed. */
  spare?: boolean
}

export interface WorkRow {
  id: string
  cells: Readonly<Record<string, string>>
  /** Tone of the `state` column. */
  tone?: Tone
  /** More words that the filter finds: pinyin, phone. */
  words?: string
}

export interface WorkGroup {
  id: string
  /** 待我办, 等别人, 快到期. */
  title: string
  tone?: Tone
  rows: readonly WorkRow[]
  /** What stands there without rows. */
  empty?: string
}
