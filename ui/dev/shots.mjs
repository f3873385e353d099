/** Takes pictures of the screens on the double, under the product's content policy. Usage: node dev/shots.mjs FOLDER [ONLY] */
import { createServer } from 'node:http'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = process.argv[2] ?? join(tmpdir(), 'window-terminal-screens')
const only = process.argv[3]
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.mjs': 'text/javascript' }
const dist = await mkdtemp(join(tmpdir(), 'screens-'))
await mkdir(folder, { recursive: true })
await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn', build: { outDir: dist, emptyOutDir: true, minify: false, rollupOptions: { input: { dev: join(root, 'dev/index.html') } } } })
const server = createServer(async (request, answer) => {
  const path = new URL(request.url, 'http://x').pathname
  try {
    const body = await readFile(join(dist, path))
    answer.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'content-security-policy': POLICY })
    answer.end(body)
  } catch { answer.writeHead(404).end() }
})
await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
const address = `http://127.0.0.1:${server.address().port}`

const sizes = {
  '1280': { viewport: { width: 1280, height: 1024 } },
  '1920': { viewport: { width: 1920, height: 1080 } },
  '1280-200': { viewport: { width: 640, height: 512 }, deviceScaleFactor: 2 },
  high: { viewport: { width: 1280, height: 1024 } },
}
const route = (one) => encodeURIComponent(JSON.stringify(one))
const intake = route({ page: 'intake', case: 'c1' })
const pages = {
  enrol: { state: 'enrol' }, login: { state: 'login' }, locked: { state: 'locked' },
  'login-wrong': { state: 'login', act: async (page) => { await page.keyboard.type('F0001'); await page.keyboard.press('Enter'); await page.keyboard.type('x'); await page.keyboard.press('Enter') } },
  desk: { state: 'work' }, 'desk-empty': { state: 'empty' }, 'desk-offline': { state: 'offline' },
  matters: { state: 'work', route: route({ page: 'matters' }), act: async (page) => { await page.keyboard.press('ArrowDown'); await page.keyboard.press('ArrowDown') } },
  arrival: { state: 'arrival' }, 'card-failed': { state: 'card-failed' },
  intake: { state: 'work', route: intake }, 'intake-busy': { state: 'busy', route: intake },
  'intake-answer': { state: 'work', route: intake, act: async (page) => { await page.keyboard.press('Alt+a'); await page.keyboard.press('1'); await page.waitForTimeout(200) } },
  'intake-jump': { state: 'work', route: intake, act: async (page) => { for (let press = 0; press < 4; press += 1) { await page.keyboard.press('F12'); await page.waitForTimeout(120) } } },
  'intake-locked': { state: 'work', route: intake, act: async (page) => { await page.keyboard.press('Alt+o') } },
  'intake-type': { state: 'work', route: intake, act: async (page) => { await page.keyboard.press('Alt+u') } },
  'intake-failed': { state: 'work', route: intake, act: async (page) => { await page.keyboard.press('Alt+h') } },
  submitted: { state: 'submitted', route: intake }, unfinished: { state: 'unfinished', route: route({ page: 'case', case: 'c1' }) }, 'desk-unfinished': { state: 'unfinished' }, parked: { state: 'work', route: route({ page: 'parked' }) }, settings: { state: 'work', route: route({ page: 'settings' }) },
}
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
const faults = []
try {
  for (const [size, options] of Object.entries(sizes)) {
    const context = await browser.newContext(options)
    for (const [name, one] of Object.entries(pages)) {
      if (only && !`${name}@${size}`.includes(only)) continue
      const page = await context.newPage()
      const note = (fault) => faults.push(`${name}@${size}: ${fault}`)
      page.on('pageerror', (error) => note(error.message))
      page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('404')) note(message.text()) })
      await page.goto(`${address}/dev/index.html?state=${one.state}${one.route ? `&route=${one.route}` : ''}${size === 'high' ? '&contrast=high' : ''}`)
      await page.waitForTimeout(450)
      if (one.act) await one.act(page)
      await page.waitForTimeout(250)
      const bars = await page.evaluate(() => [document.documentElement.scrollWidth > innerWidth ? 'page' : '', ...Array.from(document.querySelectorAll('*')).filter((element) => {
        const style = getComputedStyle(element)
        return element.scrollWidth > element.clientWidth + 1 && (style.overflowX === 'auto' || style.overflowX === 'scroll') && element.clientWidth > 0 && !element.matches('.strip, .rows')
      }).map((element) => element.className)].filter(Boolean))
      if (bars.length) note(`horizontal bar: ${bars.join(' | ')}`)
      await page.screenshot({ path: join(folder, `${name}@${size}.png`) })
      await page.close()
    }
    await context.close()
  }
} finally {
  await browser.close()
  server.close()
  await rm(dist, { recursive: true, force: true })
}
for (const fault of faults) console.error(fault)
console.log(`pictures in ${folder}; faults: ${faults.length}`)
process.exitCode = faults.length ? 1 : 0
