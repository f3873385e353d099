// Reads the pictures of windows, to tell a painted page from an empty one.

import { inflateSync } from 'node:zlib'

/** Pixels of a PNG as the drivers and scrot write it: 8 bits a sample, RGB or RGBA, not interlaced. */
export function pixels(file) {
  const header = 8
  let width, height, channels
  const parts = []
  for (let at = header; at < file.length;) {
    const length = file.readUInt32BE(at)
    const kind = file.toString('latin1', at + 4, at + 8)
    const data = file.subarray(at + 8, at + 8 + length)
    if (kind === 'IHDR') {
      width = data.readUInt32BE(0)
      height = data.readUInt32BE(4)
      channels = { 2: 3, 6: 4 }[data[9]]
      if (data[8] !== 8 || !channels || data[12] !== 0) throw new Error('a PNG of another kind')
    }
    if (kind === 'IDAT') parts.push(data)
    at += length + 12
  }
  const raw = inflateSync(Buffer.concat(parts))
  const line = width * channels
  const samples = Buffer.alloc(line * height)
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (line + 1)]
    for (let x = 0; x < line; x += 1) {
      const left = x >= channels ? samples[y * line + x - channels] : 0
      const up = y > 0 ? samples[(y - 1) * line + x] : 0
      const corner = x >= channels && y > 0 ? samples[(y - 1) * line + x - channels] : 0
      samples[y * line + x] = raw[y * (line + 1) + 1 + x] + guess(filter, left, up, corner)
    }
  }
  return { width, height, channels, samples }
}

/** The filters of PNG (section 9 of the standard). */
function guess(filter, left, up, corner) {
  if (filter === 0) return 0
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  const near = left + up - corner
  const [a, b, c] = [Math.abs(near - left), Math.abs(near - up), Math.abs(near - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

/** Part of a picture. */
export function part({ width, height, channels, samples }, box) {
  const x = Math.max(0, Math.round(box.x)), y = Math.max(0, Math.round(box.y))
  const wide = Math.min(width - x, Math.round(box.width)), high = Math.min(height - y, Math.round(box.height))
  const kept = Buffer.alloc(wide * high * channels)
  for (let line = 0; line < high; line += 1) samples.copy(kept, line * wide * channels, ((y + line) * width + x) * channels, ((y + line) * width + x + wide) * channels)
  return { width: wide, height: high, channels, samples: kept }
}

/** How many pixels have each colour, the most frequent first: [[0xRRGGBB, count], …]. */
export function colours({ channels, samples }) {
  const counts = new Map()
  for (let at = 0; at < samples.length; at += channels) {
    const colour = (samples[at] << 16) | (samples[at + 1] << 8) | samples[at + 2]
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  return Array.from(counts).sort((one, other) => other[1] - one[1])
}

/** Share of the pixels that are darker than middle grey: ink on paper. */
export function ink({ channels, samples }) {
  let dark = 0
  for (let at = 0; at < samples.length; at += channels) if (samples[at] + samples[at + 1] + samples[at + 2] < 384) dark += 1
  return dark / (samples.length / channels)
}

/** Share of the pixels whose three samples all lie within bounds. */
export function share({ channels, samples }, from, to) {
  let count = 0
  for (let at = 0; at < samples.length; at += channels) {
    if ([0, 1, 2].every((one) => samples[at + one] >= from && samples[at + one] <= to)) count += 1
  }
  return count / (samples.length / channels)
}

/** The training scanner's page, a chessboard of black and white, on the dark ground of the viewer; throws what it is instead. */
export function showsScan(page) {
  const [black, white] = [share(page, 0, 24), share(page, 231, 255)]
  if (black < 0.08 || white < 0.08) throw new Error(`black ${black}, white ${white}`)
  return true
}

/** A paper: white with some ink; throws what it is instead. */
export function showsPaper(page) {
  const [[ground, count]] = colours(page)
  const dark = ink(page)
  if (ground !== 0xffffff || count < page.width * page.height / 2 || dark < 0.005) throw new Error(`ground ${ground.toString(16)}, ink ${dark}`)
  return true
}
