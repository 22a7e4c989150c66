import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import { defineConfig, globalIgnores } from 'eslint/config'
import globals from 'globals'
import tseslint from 'typescript-eslint'
import { LAYERS } from './tools/layers.js'

const TS = ['**/*.ts', '**/*.vue']
const TESTS = ['**/*.test.ts', 'src/**/test/**']
const FOLDERS = Object.keys(LAYERS)

/** A regular expression source that matches any package specifier outside `packages`. */
function foreignPackage(packages) {
  const allowed = packages.map((p) => (p.endsWith('*') ? `(?!${p.slice(0, -1)})` : `(?!${p}$)`))
  return `^(?!\\.)${allowed.join('')}`
}

/** One row of the layer table as lint rules for that folder. */
function layer(name) {
  const { folders, packages } = LAYERS[name]
  const banned = FOLDERS.filter((f) => f !== name && !folders.includes(f))
  const patterns = [
    {
      regex: foreignPackage(packages),
      message: `This package is not allowed in src/${name}; see tools/layers.js.`,
    },
  ]
  if (banned.length > 0) {
    patterns.push({
      regex: `^(\\.\\./)+(${banned.join('|')})(/|$)`,
      message: `src/${name} may not import this layer; see tools/layers.js.`,
    })
  }
  if (name !== 'sim') {
    patterns.push({
      regex: '^(\\.\\./)+sim/(?!index(\\.[jt]s)?$).+',
      message: 'Others enter src/sim through src/sim/index.ts.',
    })
  }
  const rules = { 'no-restricted-imports': ['error', { patterns }] }
  if (name === 'shared') {
    rules['@typescript-eslint/no-restricted-imports'] = [
      'error',
      {
        patterns: [
          {
            regex: '^(\\.\\./)+sim(/|$)',
            allowTypeImports: true,
            message: 'src/shared takes only types from src/sim.',
          },
        ],
      },
    ]
  }
  return { files: [`src/${name}/**/*.{ts,vue}`], ignores: TESTS, rules }
}

export default defineConfig(
  globalIgnores(['out/**', 'dist/**', 'coverage/**', 'test-results/**', 'playwright-report/**']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: TS,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
  },
  vue.configs['flat/recommended'],
  {
    files: TS,
    languageOptions: {
      parserOptions: {
        parser: tseslint.parser,
        projectService: true,
        extraFileExtensions: ['.vue'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // It asks for `column[i]!` where no-non-null-assertion asks for anything else.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['warn', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['warn', 12],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'Name what you export.' },
      ],
    },
  },
  {
    files: ['**/*.vue'],
    rules: {
      // The compiler knows what is defined; this rule knows no browser.
      'no-undef': 'off',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-macros-order': [
        'error',
        { order: ['defineOptions', 'defineProps', 'defineEmits', 'defineModel', 'defineSlots'] },
      ],
      'vue/define-props-declaration': ['error', 'type-based'],
      'vue/define-emits-declaration': ['error', 'type-literal'],
      'vue/no-undef-components': 'error',
      'vue/no-unused-emit-declarations': 'error',
      'vue/require-typed-ref': 'error',
    },
  },
  {
    // src/sim bears the kernel's names; everywhere else functions are camelCase.
    files: TS,
    ignores: ['src/sim/**'],
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'function', format: ['camelCase'] },
        { selector: 'typeLike', format: ['PascalCase'] },
      ],
    },
  },
  ...FOLDERS.map(layer),
  {
    // Same recipe, same event stream: no clock, no chance, no surroundings.
    files: ['src/sim/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-globals': [
        'error',
        ...Object.keys({ ...globals.browser, ...globals.node }).filter(
          (g) => !(g in globals.es2023),
        ),
        'Date',
        'Intl',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use the seeded generator.' },
      ],
      // A kernel thread may have no point where others can interleave.
      'require-yield': 'off',
    },
  },
  {
    files: [...TESTS, 'e2e/**/*.ts', 'tools/**/*.ts'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      // Tests read JSON that others wrote; what is wrong with it fails the test.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: globals.node },
  },
  prettier,
)
