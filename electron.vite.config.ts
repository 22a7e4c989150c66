import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

const at = (path: string): string => resolve(import.meta.dirname, path)

/**
 * Three bundles under out/. Every package is bundled, so that out/ runs without node_modules; only
 * Electron's and Node's own modules stay outside.
 */
export default defineConfig({
  main: {
    build: {
      target: 'node20.19',
      externalizeDeps: false,
      outDir: at('out/main'),
      rolldownOptions: {
        input: {
          index: at('src/main/index.ts'),
          // Runs as Electron's utilityProcess and under plain Node with child_process.fork.
          engine: at('src/host/engine-process.ts'),
          // Runs under plain Node (bin/pinscope.mjs); never imports electron.
          cli: at('src/cli/main.ts'),
        },
        // Optional native helpers of ws, which it does without.
        external: ['bufferutil', 'utf-8-validate'],
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
        },
      },
    },
  },
  preload: {
    build: {
      target: 'node20.19',
      externalizeDeps: false,
      outDir: at('out/preload'),
      rolldownOptions: {
        input: { index: at('src/preload/index.ts') },
        // A sandboxed preload must be one CommonJS file.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src/renderer'),
    // Served from app:// and, at a path of its own, by the browser host.
    base: './',
    plugins: [vue()],
    build: {
      target: 'chrome130',
      minify: true,
      outDir: at('out/renderer'),
      rolldownOptions: { input: { index: at('src/renderer/index.html') } },
    },
  },
})
