import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/** Property tests draw from one seed; see tools/property-seed.ts. */
const setupFiles = ['tools/property-seed.ts']

/**
 * Files of a project share what they import, as nothing of ours keeps state in a module: twice as fast
 * as a world for each. `tools/clean-page.ts` clears the page between tests.
 */
const isolate = false

/** One project per wall: `npx vitest run --project sim` runs the model's tests alone. */
export default defineConfig({
  test: {
    // All cores: one alone is left to it otherwise on a machine of two.
    maxWorkers: '100%',
    coverage: { include: ['src/**'], exclude: ['**/*.test.ts', '**/test/**'] },
    projects: [
      {
        test: {
          name: 'sim',
          setupFiles,
          include: ['src/sim/**/*.test.ts'],
          environment: 'node',
          isolate,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'node',
          setupFiles,
          include: [
            'src/{main,preload,shared,engine,formats,host,cli}/**/*.test.ts',
            'tools/**/*.test.ts',
          ],
          environment: 'node',
          testTimeout: 60_000,
        },
      },
      {
        plugins: [vue()],
        test: {
          name: 'web',
          isolate,
          setupFiles: [...setupFiles, 'tools/clean-page.ts'],
          include: ['src/renderer/**/*.test.ts'],
          environment: 'happy-dom',
          testTimeout: 30_000,
        },
      },
    ],
  },
})
