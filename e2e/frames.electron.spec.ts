import { expect, type Locator, type Page } from '@playwright/test'
import { run, test, waitForComparison } from './steps'

/**
 * Measures, and tells by lines that begin with `measured:`; `npm test` shows them. Nothing here is
 * asserted but that there was something to measure: machines differ.
 */
const STEPS = 60

/** Two runs of ten million events each, on a machine that has other work. */
const LONG_RUN_MS = 300_000

interface Frames {
  readonly p50: number
  readonly p95: number
  readonly worst: number
  readonly frames: number
}

/** Records the times between frames until it is told to stop. */
async function watchFrames(page: Page): Promise<() => Promise<Frames>> {
  await page.evaluate(() => {
    const times: number[] = []
    const watched = { times, on: true }
    Object.assign(window, { watched })
    const next = (now: number): void => {
      times.push(now)
      if (watched.on) requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })
  return () =>
    page.evaluate(() => {
      const { watched } = window as unknown as { watched: { times: number[]; on: boolean } }
      watched.on = false
      const gaps = watched.times
        .map((time, i) => time - (watched.times[i - 1] ?? time))
        .slice(1)
        .toSorted((x, y) => x - y)
      const at = (q: number): number => gaps[Math.floor((gaps.length - 1) * q)] ?? Number.NaN
      return { p50: at(0.5), p95: at(0.95), worst: at(1), frames: gaps.length }
    })
}

function tell(what: string, { p50, p95, worst, frames }: Frames): void {
  const ms = [p50, p95, worst].map((x) => x.toFixed(1))
  console.log(
    `measured: ${what}: p50 ${ms[0]}, p95 ${ms[1]}, worst ${ms[2]} ms of ${frames} frames`,
  )
}

/** Runs the scenario on both kernels with other parameters, and waits for both. */
async function runWith(
  page: Page,
  scenario: string,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  await page.getByLabel('Scenario', { exact: true }).selectOption(scenario)
  await waitForComparison(page)
  for (const [name, value] of Object.entries(parameters)) {
    const field = page.locator(`#parameter-${name}`)
    if ((await field.evaluate((e) => e.tagName)) === 'SELECT') await field.selectOption(value)
    else await field.fill(value)
  }
  await page.getByRole('button', { name: 'Apply and run' }).click()
  await waitForComparison(page, LONG_RUN_MS)
}

function plot(page: Page): Locator {
  return run(page, 'a').locator('[data-area="timeline"] [role="slider"]').first()
}

test('moves through ten million events', async ({ firstWindow: page }) => {
  test.setTimeout(400_000)
  const shown = await page.evaluate(() => {
    const at = (name: string): number => performance.getEntriesByName(name)[0]?.startTime ?? 0
    return at('comparison') - at('first-contentful-paint')
  })
  console.log(`measured: from the first paint to both runs of SC-01: ${Math.round(shown)} ms`)
  expect(shown).toBeGreaterThan(0)

  await runWith(page, 'sc-07', { transfers: '5000', requests: '5000' })
  const events = await page.evaluate(() => window.pinscopeVerdict?.a?.events ?? 0)
  expect(events).toBeGreaterThan(9_000_000)

  await plot(page).focus()
  for (let i = 0; i < 12; i++) await page.keyboard.press('w')
  const panned = await watchFrames(page)
  for (let i = 0; i < STEPS; i++) await page.keyboard.press(i % 20 < 10 ? 'd' : 'a')
  tell(`panning the timeline of ${events} events`, await panned())

  const box = await plot(page).boundingBox()
  if (box === null) throw new Error('the timeline is not there')
  const scrubbed = await watchFrames(page)
  for (let i = 0; i < STEPS; i++) {
    await page.mouse.click(box.x + 20 + ((box.width - 80) * i) / STEPS, box.y + box.height / 2)
  }
  tell(`scrubbing the map over ${events} events`, await scrubbed())
})

test('redraws a map of a million pages', async ({ firstWindow: page }) => {
  await runWith(page, 'sc-09', { machine: 'x86_64-4g', block: '39' })
  const legend = run(page, 'a').locator('[data-area="page-map"] [aria-pressed]')
  await expect(legend.first()).toBeVisible()
  const redrawn = await watchFrames(page)
  for (let i = 0; i < 20; i++) await legend.first().click()
  tell('redrawing two maps of 1,048,576 pages', await redrawn())
})
