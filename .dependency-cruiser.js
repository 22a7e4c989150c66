import { LAYERS } from './tools/layers.js'

const TESTS = '(\\.test\\.ts$|/test/)'
const NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown']

/** The rules of one row of the layer table: folders, packages, Node's own modules. */
function layer([name, { folders, packages }]) {
  const from = { path: `^src/${name}/`, pathNot: TESTS }
  const allowed = packages.filter((p) => !p.startsWith('node:')).map((p) => p.replace(/\*$/, ''))
  const rules = [
    {
      name: `layer-${name}`,
      severity: 'error',
      comment: 'See tools/layers.js.',
      from,
      to: { path: '^src/', pathNot: `^src/(${[name, ...folders].join('|')})/` },
    },
    {
      name: `packages-${name}`,
      severity: 'error',
      comment: 'See tools/layers.js.',
      from,
      to: {
        dependencyTypes: NPM,
        ...(allowed.length > 0 && { pathNot: `(^|/)node_modules/(${allowed.join('|')})` }),
      },
    },
  ]
  if (!packages.includes('node:*')) {
    rules.push({
      name: `no-node-in-${name}`,
      severity: 'error',
      comment: 'See tools/layers.js.',
      from,
      to: { dependencyTypes: ['core'] },
    })
  }
  return rules
}

export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Types may refer to each other in a circle; code may not.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '(\\.test\\.ts|\\.d\\.ts|index\\.ts)$' },
      to: {},
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^electron$' },
    },
    {
      name: 'sim-through-its-front-door',
      severity: 'error',
      comment: 'Others enter src/sim through src/sim/index.ts.',
      from: { path: '^src/', pathNot: '^src/sim/' },
      to: { path: '^src/sim/', pathNot: '^src/sim/index\\.ts$' },
    },
    {
      name: 'shared-takes-only-types-from-sim',
      severity: 'error',
      from: { path: '^src/shared/', pathNot: TESTS },
      to: { path: '^src/sim/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: TESTS },
    },
    ...Object.entries(LAYERS).flatMap(layer),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
