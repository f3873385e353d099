// Which file of the build is which test program: reads cargo's messages from standard input, prints "NAME PATH FOLDER".

import { dirname } from 'node:path'
import { createInterface } from 'node:readline'

for await (const line of createInterface({ input: process.stdin })) {
  if (!line.startsWith('{')) continue
  const { reason, executable, manifest_path: manifest, target } = JSON.parse(line)
  if (reason !== 'compiler-artifact' || !executable) continue
  const kind = target.kind[0]
  if (kind === 'test' || kind === 'bin') console.log(`${target.name}${kind === 'bin' && /\/deps\//.test(executable) ? '-unit' : ''} ${executable} ${dirname(manifest)}`)
}
