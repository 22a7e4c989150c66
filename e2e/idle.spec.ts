import { expect } from '@playwright/test'
import { test, waitForComparison } from './steps'

const WATCHED_MS = 3_000

interface Count {
  timers: number
  frames: number
}

/** Counts what asks to be woken: timers and animation frames. */
function countWakings(): void {
  const count = { timers: 0, frames: 0 }
  Object.assign(window, { wakings: count })
  const real = {
    setTimeout: window.setTimeout.bind(window) as typeof setTimeout,
    setInterval: window.setInterval.bind(window) as typeof setInterval,
    requestAnimationFrame: window.requestAnimationFrame.bind(window),
  }
  Object.assign(window, {
    setTimeout: (...args: Parameters<typeof setTimeout>) => {
      count.timers++
      return real.setTimeout(...args)
    },
    setInterval: (...args: Parameters<typeof setInterval>) => {
      count.timers++
      return real.setInterval(...args)
    },
    requestAnimationFrame: (callback: FrameRequestCallback) => {
      count.frames++
      return real.requestAnimationFrame(callback)
    },
  })
}

test('sleeps while nobody does anything: no timers, no animation frames', async ({
  firstWindow: page,
}) => {
  await page.addInitScript(countWakings)
  await page.reload()
  await waitForComparison(page)
  const read = (): Promise<Count> =>
    page.evaluate(() => ({ ...(window as unknown as { wakings: Count }).wakings }))
  // Charts may still settle after the verdict; what never comes to rest fails here.
  await expect(async () => {
    const before = await read()
    await new Promise((resolve) => setTimeout(resolve, WATCHED_MS))
    expect(await read()).toEqual(before)
  }).toPass()
  const all = await read()
  expect(all.frames + all.timers).toBeGreaterThan(0)
})
