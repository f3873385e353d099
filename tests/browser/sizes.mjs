// The sizes that an officer may have before him, and what must be in sight at each.

import assert from 'node:assert/strict'

/** Pixels; at 200 % a screen of 1280 × 1024 shows half of it. */
const sizes = { '1280x1024': [1280, 1024], '1920x1080': [1920, 1080], 'zoom-200': [640, 512] }

/** Nothing is wider than the window, and the key that matters is whole; at the foot of a case it is in sight without scrolling. */
export async function fitsIn(window, screen, main, atOnce = false) {
  const before = window.page.viewportSize()
  for (const [name, [width, height]] of Object.entries(sizes)) {
    await window.page.setViewportSize({ width, height })
    const button = window.button(main).first()
    await button.waitFor()
    await window.picture(`${screen}-${name}`)
    assert.ok(await window.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${screen} at ${name} is wider than the window`)
    if (!atOnce) await button.scrollIntoViewIfNeeded()
    const box = await button.boundingBox()
    assert.ok(box.x >= 0 && box.x + box.width <= width + 1 && box.y >= 0 && box.y + box.height <= height + 1, `${screen} at ${name}: ${main} stands at ${JSON.stringify(box)}`)
    const cut = await button.evaluate((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2)
    assert.ok(!cut, `${screen} at ${name}: ${main} is cut`)
  }
  await window.page.setViewportSize(before)
}
