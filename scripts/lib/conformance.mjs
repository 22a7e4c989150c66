/**
 * Which rule of the specification is implemented where, tested by what, or left out and why: found by
 * reading the sources, never written by hand. The ids and our own words for them are in
 * tools/conformance/*.json; what reading cannot find is in tools/conformance/accounts.json.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { commentsOf, testTitlesOf } from './source-text.mjs'

/**
 * @typedef {{ file: string, title: string }} TestRef
 * @typedef {{ reason: string, cost: string }} LeftOut
 * @typedef {object} Accounts
 * @property {Record<string, LeftOut>} leftOut rules the model does not follow
 * @property {Record<string, string>} notes ids that name nothing to build, and what they are
 * @property {Record<string, string[]>} implementedIn files beyond those that cite the id
 * @property {Record<string, TestRef[]>} testedBy tests whose titles do not cite the id
 *
 * @typedef {object} Row
 * @property {string} id
 * @property {string} title
 * @property {string} spec
 * @property {string[]} implemented
 * @property {TestRef[]} tests
 * @property {LeftOut | undefined} leftOut
 * @property {string | undefined} note
 */

export const SPECS = ['allocator', 'gup-migration']
/** Sections whose steps are ids of their own, and the first number that can only be a step. */
const STEPPED = new Map([
  ['5.6', 2],
  ['9.2', 3],
  ['11.2', 1],
])

/**
 * Every id of a specification, in its order.
 * @param {string} root
 * @param {string} spec
 * @returns {Record<string, string>}
 */
export function idsOf(root, spec) {
  return JSON.parse(readFileSync(join(root, `tools/conformance/${spec}.json`), 'utf8'))
}

/**
 * A function that finds the known ids cited in a text, ranges included.
 * @param {Iterable<string>} known
 */
export function citationFinder(known) {
  const ids = new Set(known)
  /** @type {Map<string, string>} */
  const byNumber = new Map()
  for (const id of ids) {
    const match = /^([A-Z]+\d?)-(\d+)([a-c]?)$/.exec(id)
    if (match) byNumber.set(`${match[1]}-${Number(match[2])}${match[3]}`, id)
  }

  /** @param {string} text */
  return (text) => {
    /** @type {Set<string>} */
    const found = new Set()
    for (const id of [...named(text, byNumber), ...numbered(text)]) if (ids.has(id)) found.add(id)
    return found
  }
}

const NAMED =
  /\b(INV|EX|S|REF|MIG|GUP|FLT|VB2|P[0-5]|DEF|FIX|OBJ|MOD|ME|SC|SIM|IP)-(\d+)([a-c]?)(?![\d-])((?:(?:\s*(?:\.{2,3}|–|,|\/|\band\b)\s*)(?:\1-)?\d+[a-c]?(?=\s*(?:[,)\].:;/–]|and\b|$)))*)/g

/**
 * INV-01, ME-02, EX-21a, REF-29..33, FIX-1, 3 and 5.
 * @param {string} text
 * @param {Map<string, string>} byNumber
 */
function named(text, byNumber) {
  /** @type {string[]} */
  const found = []
  /** @type {(prefix: string, n: number, suffix: string) => void} */
  const add = (prefix, n, suffix) => {
    const id = byNumber.get(`${prefix}-${n}${suffix}`) ?? byNumber.get(`${prefix}-${n}`)
    if (id !== undefined) found.push(id)
  }
  for (const [, prefix = '', first = '', suffix = '', more = ''] of text.matchAll(NAMED)) {
    add(prefix, Number(first), suffix)
    let last = Number(first)
    for (const part of more.matchAll(/(\.{2,3}|–|,|\/|and)\s*(?:[A-Z]+\d?-)?(\d+)([a-c]?)/g)) {
      const n = Number(part[2])
      const isRange = part[1]?.startsWith('.') || part[1] === '–'
      for (let i = isRange ? last + 1 : n; i <= n; i++) add(prefix, i, part[3] ?? '')
      last = n
    }
  }
  for (const match of text.matchAll(/\b(?:errata|erratum) (\d+)/gi))
    found.push(`erratum ${match[1]}`)
  return found
}

/**
 * Paragraphs (7.3.2), sections (3.5), steps (5.6 step 4, steps 8-10 of 5.6).
 * @param {string} text
 */
function numbered(text) {
  /** @type {string[]} */
  const found = []
  const paragraph = /(?<![\w.-])§?(\d{1,2}\.\d{1,2})(?:\.(\d{1,2})(?:\.{2,3}(\d{1,2}))?)?(?!\d)/g
  for (const [, section = '', from, to] of text.matchAll(paragraph)) {
    if (from === undefined) {
      found.push(section)
      continue
    }
    for (let n = Number(from); n <= Number(to ?? from); n++) {
      const firstStep = STEPPED.get(section)
      if (firstStep !== undefined && n >= firstStep) found.push(`${section} step ${n}`)
      else found.push(`${section}.${n}`)
    }
  }
  const numbers = '((?:\\d+|[-–,\\s]|and|to|\\.\\.)+)'
  const sections = '(5\\.6|9\\.2|11\\.2)'
  const before = new RegExp(`${sections}[ ,]+(?:steps?|items?) ${numbers}`, 'g')
  const behind = new RegExp(`(?:steps?|items?) ${numbers} ?of ${sections}`, 'gi')
  for (const [, section = '', list = ''] of text.matchAll(before))
    found.push(...steps(section, list))
  for (const [, list = '', section = ''] of text.matchAll(behind))
    found.push(...steps(section, list))
  return found
}

/**
 * @param {string} section
 * @param {string} list
 */
function steps(section, list) {
  /** @type {string[]} */
  const found = []
  for (const [, from, to] of list.matchAll(/(\d+)(?:\s*(?:-|–|\.\.|to)\s*(\d+))?/g)) {
    for (let n = Number(from); n <= Number(to ?? from); n++) found.push(`${section} step ${n}`)
  }
  return found
}

/**
 * Files below a folder whose names end so, in the order of their names.
 * @param {string} folder
 * @param {RegExp} name
 * @returns {string[]}
 */
function filesBelow(folder, name) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

const TEST = /\.(test|spec)\.ts$/

/**
 * The account of every id.
 * @param {string} root
 * @returns {{ rows: Row[], wrong: string[] }} `wrong`: entries of accounts.json that name nothing
 */
export function buildReport(root) {
  const rows = SPECS.flatMap((spec) =>
    Object.entries(idsOf(root, spec)).map(([id, title]) => emptyRow(spec, id, title)),
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  const cited = citationFinder(byId.keys())
  const sources = filesBelow(join(root, 'src'), /\.ts$/)
  for (const file of [...sources, ...filesBelow(join(root, 'e2e'), TEST)]) {
    readSource(root, file, byId, cited)
  }
  readScenarios(root, byId, cited)
  const wrong = [...readAccounts(root, byId), ...readCovers(root, byId)]
  for (const row of rows) inferFromTests(root, row, new Set(sources))
  return { rows, wrong }
}

/**
 * @param {string} spec
 * @param {string} id
 * @param {string} title
 * @returns {Row}
 */
function emptyRow(spec, id, title) {
  return { id, title, spec, implemented: [], tests: [], leftOut: undefined, note: undefined }
}

/**
 * @param {string} root
 * @param {string} file
 * @param {Map<string, Row>} byId
 * @param {(text: string) => Set<string>} cited
 */
function readSource(root, file, byId, cited) {
  const text = readFileSync(file, 'utf8')
  const name = relative(root, file).replaceAll('\\', '/')
  if (TEST.test(name)) {
    for (const title of testTitlesOf(text)) {
      for (const id of cited(title)) byId.get(id)?.tests.push({ file: name, title })
    }
  } else if (name.startsWith('src/sim/') && !name.includes('/test/')) {
    for (const id of cited(commentsOf(text))) byId.get(id)?.implemented.push(name)
  }
}

/**
 * A shipped scenario with expectations is a test of the scenario it is named for and of what its
 * text cites.
 * @param {string} root
 * @param {Map<string, Row>} byId
 * @param {(text: string) => Set<string>} cited
 */
function readScenarios(root, byId, cited) {
  for (const file of filesBelow(join(root, 'resources/scenarios'), /\.json$/)) {
    const text = readFileSync(file, 'utf8')
    const name = relative(root, file).replaceAll('\\', '/')
    const own = /(sc-\d+)/.exec(name)?.[1]?.toUpperCase() ?? ''
    if (!/"expect/.test(text)) continue
    for (const id of new Set([own, ...cited(text)])) {
      byId.get(id)?.tests.push({ file: name, title: 'its expectations for each kernel' })
      if (id === own) byId.get(id)?.implemented.push(name)
    }
  }
}

/**
 * @param {string} root
 * @param {Map<string, Row>} byId
 */
function readAccounts(root, byId) {
  /** @type {Accounts} */
  const accounts = JSON.parse(readFileSync(join(root, 'tools/conformance/accounts.json'), 'utf8'))
  /** @type {string[]} */
  const wrong = []
  /** @type {<T>(part: string, entries: Record<string, T>, take: (row: Row, value: T) => void) => void} */
  const each = (part, entries, take) => {
    for (const [id, value] of Object.entries(entries)) {
      const row = byId.get(id)
      if (row === undefined) wrong.push(`${part}: there is no ${id}`)
      else take(row, value)
    }
  }
  each('leftOut', accounts.leftOut, (row, value) => (row.leftOut = value))
  each('notes', accounts.notes, (row, value) => (row.note = value))
  each('implementedIn', accounts.implementedIn, (row, files) => {
    for (const file of files) if (!row.implemented.includes(file)) row.implemented.push(file)
  })
  each('testedBy', accounts.testedBy, (row, tests) => {
    for (const test of tests) {
      if (titlesIn(root, test.file).includes(test.title)) row.tests.push(test)
      else wrong.push(`testedBy: ${row.id}: no test "${test.title}" in ${test.file}`)
    }
  })
  return wrong
}

/**
 * The tests of a worked example are tests of the rules it works through.
 * @param {string} root
 * @param {Map<string, Row>} byId
 */
function readCovers(root, byId) {
  /** @type {Record<string, string[]>} */
  const covers = JSON.parse(readFileSync(join(root, 'tools/conformance/covers.json'), 'utf8'))
  /** @type {string[]} */
  const wrong = []
  for (const [example, ids] of Object.entries(covers)) {
    const own = [...(byId.get(example)?.tests ?? [])]
    if (!byId.has(example)) wrong.push(`covers: there is no ${example}`)
    for (const id of ids) {
      const row = byId.get(id)
      if (row === undefined) wrong.push(`covers: ${example}: there is no ${id}`)
      else row.tests.push(...own.filter((test) => !row.tests.some((t) => isSame(t, test))))
    }
  }
  return wrong
}

/**
 * @param {TestRef} a
 * @param {TestRef} b
 */
function isSame(a, b) {
  return a.file === b.file && a.title === b.title
}

/**
 * @param {string} root
 * @param {string} file
 * @returns {string[]}
 */
function titlesIn(root, file) {
  try {
    return testTitlesOf(readFileSync(join(root, file), 'utf8'))
  } catch {
    return []
  }
}

/**
 * Where nothing cites a tested id, the file that its tests stand beside implements it.
 * @param {string} root
 * @param {Row} row
 * @param {Set<string>} sources
 */
function inferFromTests(root, row, sources) {
  if (row.implemented.length > 0) return
  for (const { file } of row.tests) {
    const beside = file.replace(/(\.property)?\.test\.ts$/, '.ts')
    if (sources.has(join(root, beside)) && !row.implemented.includes(beside)) {
      row.implemented.push(beside)
    }
  }
}

/**
 * Ids with neither a test, nor a reason to be left out, nor the mark of a note.
 * @param {readonly Row[]} rows
 */
export function unaccounted(rows) {
  return rows
    .filter((row) => row.tests.length === 0 && !row.leftOut && row.note === undefined)
    .map((row) => row.id)
}

/** Tests named in a cell; the rest is counted. */
const SHOWN = 2

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** @param {Row} row */
function rowText(row) {
  const files = row.implemented.map((file) => `\`${file.replace('src/sim/', '')}\``)
  const shown = row.tests
    .slice(0, SHOWN)
    .map(({ file, title }) => `${title} (\`${file.replace('src/sim/', '')}\`)`)
  const more = row.tests.length - shown.length
  const tests = shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
  const out = row.leftOut ? `${row.leftOut.reason} Cost: ${row.leftOut.cost}` : (row.note ?? '')
  return `| ${row.id} | ${cell(row.title)} | ${cell(files.join(', '))} | ${cell(tests)} | ${cell(out)} |`
}

/**
 * The report as docs/CONFORMANCE.md holds it.
 * @param {readonly Row[]} rows
 */
export function renderReport(rows) {
  const open = unaccounted(rows)
  const tested = rows.filter((row) => row.tests.length > 0).length
  const out = rows.filter((row) => row.leftOut !== undefined).length
  const notes = rows.filter((row) => row.note !== undefined).length
  const sections = SPECS.map((spec) => {
    const table = rows.filter((row) => row.spec === spec).map(rowText)
    return [
      `## ${spec}`,
      '',
      '| id | rule | implemented in | tested by | left out because, and what that costs; notes |',
      '| --- | --- | --- | --- | --- |',
      ...table,
      '',
    ].join('\n')
  })
  return [
    '# Conformance',
    '',
    'Written by `npm run conformance`; do not edit. The ids are those of the two specifications and',
    'their errata, the words are ours. Files are those whose comments cite the id (below `src/sim`',
    'where no folder is given), tests those whose titles do.',
    '',
    `${rows.length} ids: ${tested} tested, ${out} left out with a reason, ${notes} that name nothing to`,
    `build, ${open.length} unaccounted for.`,
    '',
    ...(open.length > 0 ? [`Unaccounted for: ${open.join(', ')}`, ''] : []),
    ...sections,
  ].join('\n')
}
