import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/** One project per wall: `npx vitest run --project sim` runs the model's tests alone. */
export default defineConfig({
  test: {
    coverage: { include: ['src/**'], exclude: ['**/*.test.ts', '**/test/**'] },
    projects: [
      {
        test: {
          name: 'sim',
          include: ['src/sim/**/*.test.ts'],
          environment: 'node',
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'node',
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
          include: ['src/renderer/**/*.test.ts'],
          environment: 'happy-dom',
          testTimeout: 30_000,
        },
      },
    ],
  },
})
