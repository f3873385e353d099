/**
 * Builds the catalogue, serves it under the product's content security policy and takes
 * pictures of every page at every size. Ends red when a page has a horizontal bar, an
 * error in its console or a breach of the policy. Usage: npm run shots -- FOLDER
 */
import { createServer } from 'node:http'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = process.argv[2] ?? join(tmpdir(), 'window-terminal-shots')
const only = process.argv[3]
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

const dist = await mkdtemp(join(tmpdir(), 'catalogue-'))
await mkdir(folder, { recursive: true })
await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn', build: { outDir: dist, emptyOutDir: true, rollupOptions: { input: { dev: join(root, 'dev.html') } } } })

const server = createServer(async (request, answer) => {
  const path = new URL(request.url, 'http://x').pathname
  try {
    const body = await readFile(join(dist, path))
    answer.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'content-security-policy': POLICY })
    answer.end(body)
  } catch {
    answer.writeHead(404).end()
  }
})
await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
const address = `http://127.0.0.1:${server.address().port}`

const sizes = {
  '1280': { viewport: { width: 1280, height: 1024 } },
  '1920': { viewport: { width: 1920, height: 1080 } },
  '1280-200': { viewport: { width: 640, height: 512 }, deviceScaleFactor: 2 },
  '1920-200': { viewport: { width: 960, height: 540 }, deviceScaleFactor: 2 },
  high: { viewport: { width: 1280, height: 1024 } },
}
const pages = ['intake', 'form-left', 'desk', 'many', 'empty', 'review', 'scan', 'no-pages', 'signature', 'tones']
const acts = {
  'intake+code': async (page) => { await page.getByLabel('民族').first().click(); await page.keyboard.type('z') },
  'intake+rare': async (page) => { await page.getByRole('textbox', { name: '姓名' }).first().focus(); await page.locator('#field-newborn\\.name').focus(); await page.keyboard.press('Control+j'); await page.keyboard.type('ji') },
  'intake+source': async (page) => { await page.getByLabel('联系电话').focus(); await page.keyboard.press('Control+i') },
  'intake+map': async (page) => { await page.getByRole('button', { name: '键位' }).click() },
  'desk+post': async (page) => { await page.keyboard.press('Alt+g') },
  'scan+crop': async (page) => { await page.getByRole('region', { name: /图像/ }).focus(); await page.keyboard.press('c'); for (let step = 0; step < 12; step += 1) await page.keyboard.press('Shift+ArrowLeft'); await page.keyboard.press('ArrowRight') },
  'scan+removed': async (page) => { await page.getByRole('region', { name: /图像/ }).focus(); await page.keyboard.press('d') },
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
const faults = []
try {
  for (const [size, options] of Object.entries(sizes)) {
    const context = await browser.newContext(options)
    for (const name of [...pages, ...Object.keys(acts)]) {
      if (only && !`${name}@${size}`.includes(only)) continue
      const page = await context.newPage()
      const note = (fault) => faults.push(`${name}@${size}: ${fault}`)
      page.on('pageerror', (error) => note(error.message))
      page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('404')) note(message.text()) })
      await page.goto(`${address}/dev.html?page=${name.split('+')[0]}${size === 'high' ? '&contrast=high' : ''}`)
      await page.waitForTimeout(350)
      if (acts[name]) await acts[name](page)
      await page.waitForTimeout(200)
      const bar = await page.evaluate(() => {
        const wide = Array.from(document.querySelectorAll('*')).filter((element) => {
          const style = getComputedStyle(element)
          return element.scrollWidth > element.clientWidth + 1 && (style.overflowX === 'auto' || style.overflowX === 'scroll') && element.clientWidth > 0
            && !element.matches('.strip, .rows')
        })
        return [document.documentElement.scrollWidth > innerWidth ? 'page' : '', ...wide.map((element) => element.className)].filter(Boolean)
      })
      if (bar.length) note(`horizontal bar: ${bar.join(' | ')}`)
      await page.screenshot({ path: join(folder, `${name.replace('+', '-')}@${size}.png`) })
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
