// The frame of a file of cases: one station and one browser for the file, its steps in their order. A step that fails
// leaves a picture of every window, and the steps after it fail at once: they build on it.

import { after, before, test } from 'node:test'
import { startStation } from './station.mjs'
import { startBrowser, Window } from './window.mjs'

/** `task` is what the station is for: `run` or `train`. */
export function story(file, task = 'run') {
  const windows = new Map()
  let failed = ''
  const told = { station: undefined, browser: undefined }

  before(async () => {
    told.station = await startStation(task)
    told.browser = await startBrowser()
  })
  after(async () => {
    for (const window of windows.values()) await window.close()
    await told.browser?.close()
    await told.station?.end()
  })

  return Object.assign(told, {
    /** Opens a window of the station under a name. */
    async open(name, address, size, scale) {
      const window = await Window.open(told.browser, address, size, scale)
      windows.set(name, window)
      return window
    },
    step(name, act) {
      test(name, async () => {
        if (failed) throw new Error(`not tried: “${failed}” failed before`)
        try {
          await act()
          for (const window of windows.values()) await window.check()
        } catch (error) {
          failed = name
          for (const [one, window] of windows) await window.picture(`failed-${file}-${one}`).catch(() => undefined)
          throw error
        }
      })
    },
  })
}
