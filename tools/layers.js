/**
 * Who may import whom. One table, two enforcers: eslint.config.js (in the editor) and
 * .dependency-cruiser.js (on the whole graph, in the checks). Each layer lists what it may import
 * besides itself; a package entry with a trailing * allows everything that starts that way.
 *
 * Two rules hold on top of the table: everyone else enters src/sim through src/sim/index.ts, and
 * src/shared takes only types from it.
 */
export const LAYERS = {
  sim: { folders: [], packages: ['pure-rand', 'pure-rand/*'] },
  shared: { folders: ['sim'], packages: [] },
  engine: { folders: ['sim', 'shared'], packages: [] },
  formats: { folders: ['sim', 'shared'], packages: ['valibot'] },
  host: { folders: ['engine', 'formats', 'shared'], packages: ['node:*', 'ws', 'valibot'] },
  main: { folders: ['host', 'engine', 'formats', 'shared'], packages: ['electron', 'node:*'] },
  cli: { folders: ['host', 'engine', 'formats', 'shared'], packages: ['node:*', 'commander'] },
  preload: { folders: ['shared'], packages: ['electron'] },
  renderer: {
    folders: ['shared'],
    packages: [
      'vue',
      'pinia',
      'reka-ui',
      '@tanstack/vue-virtual',
      'echarts',
      'echarts/*',
      '@fontsource/*',
    ],
  },
}
