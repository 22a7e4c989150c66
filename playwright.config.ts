import { defineConfig } from '@playwright/test'

/**
 * Two projects over the same specifications' folder: `electron` drives the real application and
 * needs a display or Xvfb; `chromium` drives the browser host. A file named `*.electron.spec.ts` or
 * `*.browser.spec.ts` belongs to one of them, any other `*.spec.ts` runs in both.
 * With PINSCOPE_UPDATE_IMAGES=1 there is a third, `pictures`: it takes those of the documents.
 */
const PICTURES = /\.pictures\.spec\.ts$/

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  projects: [
    {
      name: 'electron',
      testMatch: /\.spec\.ts$/,
      testIgnore: [/\.browser\.spec\.ts$/, PICTURES],
      // Two cores: one for the application, one for its engine. Times between frames are measured here.
      workers: 1,
    },
    { name: 'chromium', testMatch: /\.spec\.ts$/, testIgnore: [/\.electron\.spec\.ts$/, PICTURES] },
    ...(process.env.PINSCOPE_UPDATE_IMAGES === '1'
      ? [{ name: 'pictures', testMatch: PICTURES, workers: 1 }]
      : []),
  ],
})
