/* Page pictures and a signature drawn here, so that the catalogue needs no files. */
import { looksSigned, StrokeRecorder } from '@/signature/recorder'
import type { SignatureInk } from '@/signature/types'

export async function drawnPage(title: string, lines: number): Promise<string> {
  const canvas = document.createElement('canvas')
  canvas.width = 1240
  canvas.height = 1754
  const context = canvas.getContext('2d')!
  context.fillStyle = '#fbfaf5'
  context.fillRect(0, 0, 1240, 1754)
  context.fillStyle = '#222222'
  context.font = '64px "Noto Serif CJK SC"'
  context.fillText(title, 330, 200)
  context.font = '34px "Noto Serif CJK SC"'
  for (let line = 0; line < lines; line += 1) context.fillText(`演示材料第 ${line + 1} 行　样张，不作任何证明之用`, 140, 330 + line * 62)
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.8))
  return blob ? URL.createObjectURL(blob) : ''
}

export function drawnSignature(): SignatureInk {
  const recorder = new StrokeRecorder(6000, 2400)
  const strokes = [[[900, 700], [1700, 640], [2300, 600]], [[1600, 300], [1560, 1100], [1200, 1900], [800, 2100]], [[1700, 1000], [2100, 1500], [2600, 1950]], [[3300, 600], [4300, 500]], [[3800, 250], [3800, 1200]], [[3400, 1200], [4300, 1150]], [[3400, 1500], [3450, 2050], [4250, 2000], [4300, 1480], [3420, 1510]]]
  let time = 0
  for (const stroke of strokes) {
    stroke.forEach(([x, y], at) => {
      const next = stroke[at + 1] ?? stroke[at]!
      for (let part = 0; part < 12; part += 1) {
        time += 9
        const along = part / 12
        const pressure = 300 + Math.round(600 * Math.sin(Math.PI * ((at + along) / stroke.length)))
        const args = [x! + (next[0]! - x!) * along, y! + (next[1]! - y!) * along, Math.max(120, pressure), time] as const
        if (at === 0 && part === 0) recorder.down(...args)
        else recorder.move(...args)
      }
    })
    recorder.up()
  }
  const ink = recorder.ink()
  if (!looksSigned(ink)) throw new Error('the drawn signature is too short')
  return ink
}
