import { shallowRef } from 'vue'
import type { CodeTable } from '@/form/types'
import { call, changes } from '@/rpc'
import type { MatterLine } from '@/rpc'

/** Code tables and matters change with a new edition only; they are asked for once and again when the shell tells of one. */
const tables = shallowRef<ReadonlyMap<string, CodeTable>>(new Map())
const matterLines = shallowRef<readonly MatterLine[]>([])
let codesAsked: Promise<void> | undefined

/** A table by its id; undefined until it is there. */
export const codeTable = (id: string): CodeTable | undefined => tables.value.get(id)
export const matters = matterLines

export function loadCodes(): Promise<void> {
  codesAsked = codesAsked ?? call('codes').then((codes) => {
    tables.value = new Map(codes.tables.map((table) => [table.id, {
      id: table.id,
      title: table.title,
      entries: table.rows.map((row) => ({ code: row.code, text: row.name, ...(row.initials ? { initials: row.initials } : {}) })),
    }]))
  }).catch((thrown: unknown) => {
    codesAsked = undefined
    throw thrown
  })
  return codesAsked
}

/** What may be taken in depends on post and network, so it is asked for at every visit. */
export async function loadMatters(): Promise<void> {
  matterLines.value = await call('matters')
}

/** Another officer, another edition. */
export function forgetKnown(): void {
  codesAsked = undefined
  tables.value = new Map()
  matterLines.value = []
}

changes.watch([], (topic) => { if (topic === null) codesAsked = undefined })
