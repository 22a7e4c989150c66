import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/** Property tests draw from one seed; see tools/property-seed.ts. */
const setupFiles = ['tools/property-seed.ts']

/** One project per wall: `npx vitest run --project sim` runs the model's tests alone. */
export default defineConfig({
  test: {
    coverage: { include: ['src/**'], exclude: ['**/*.test.ts', '**/test/**'] },
    projects: [
      {
        test: {
          name: 'sim',
          setupFiles,
          include: ['src/sim/**/*.test.ts'],
          environment: 'node',
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
          setupFiles,
          include: ['src/renderer/**/*.test.ts'],
          environment: 'happy-dom',
          testTimeout: 30_000,
        },
      },
    ],
  },
})
