/** Checks every wall with the compiler that knows its files: tsc, or vue-tsc where components are. */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { root } from './lib/paths.mjs'

/** @type {[string, string][]} */
const WALLS = [
  ['typescript/bin/tsc', 'tsconfig.sim.json'],
  ['typescript/bin/tsc', 'tsconfig.node.json'],
  ['vue-tsc/bin/vue-tsc.js', 'tsconfig.web.json'],
  ['vue-tsc/bin/vue-tsc.js', 'tsconfig.test.json'],
]

const only = process.argv[2]
let failed = false
for (const [compiler, project] of WALLS) {
  if (only !== undefined && project !== `tsconfig.${only}.json`) continue
  const run = spawnSync(process.execPath, [`node_modules/${compiler}`, '-p', project], {
    cwd: root,
    stdio: 'inherit',
  })
  failed ||= run.status !== 0
}
process.exitCode = failed ? 1 : 0
