/**
 * npm run conformance [-- --check]: writes docs/CONFORMANCE.md, prints its summary and what is
 * unaccounted for: exit 1 if anything is. With --check it writes nothing; exit 1 also when the file is not
 * what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { buildReport, renderReport, unaccounted } from './lib/conformance.mjs'
import { root } from './lib/paths.mjs'
import { say } from './lib/say.mjs'

const args = process.argv.slice(2)
if (args.some((arg) => arg !== '--check')) {
  say('usage: npm run conformance [-- --check]')
  process.exit(2)
}

const { rows, wrong } = buildReport(root)
const text = renderReport(rows)
const file = join(root, 'docs/CONFORMANCE.md')
for (const line of wrong) say(`tools/conformance/accounts.json: ${line}`)
process.stdout.write(text)
const open = unaccounted(rows)
process.stdout.write(`\n${rows.length} ids, ${open.length} unaccounted for\n`)
if (open.length > 0) say(`nothing accounts for ${open.join(', ')}`)
if (args.includes('--check')) {
  const stale = readFileSync(file, 'utf8') !== text
  if (stale) say('docs/CONFORMANCE.md is stale; run npm run conformance')
  process.exitCode = stale || wrong.length > 0 || open.length > 0 ? 1 : 0
} else {
  writeFileSync(file, text)
  process.exitCode = wrong.length > 0 || open.length > 0 ? 1 : 0
}
