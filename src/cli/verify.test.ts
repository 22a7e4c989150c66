import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeSession } from '../formats/session/decode'
import { encodeSession } from '../formats/session/encode'
import type { SessionDoc } from '../shared/session'
import { compare, run } from './commands'
import { streams } from './test/streams'
import { verifyCommand } from './verify'

const folder = mkdtempSync(join(tmpdir(), 'pinscope-verify-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
const SAVED = join(folder, 'saved.pinscope')
const OPTIONS = { seed: '1', set: [], json: true }

beforeAll(async () => {
  const io = streams()
  const code = await compare(io, 'sc-11', { ...OPTIONS, a: 'none', b: 'all', save: SAVED })
  expect(code, io.stderr()).toBeLessThan(2)
})

async function verify(file: string) {
  const io = streams()
  const code = await verifyCommand(io, file, true)
  return { code, json: JSON.parse(io.stdout()) as Record<string, unknown>, stderr: io.stderr() }
}

function docOf(file: string): SessionDoc {
  const session = decodeSession(readFileSync(file))
  if (!session.ok) throw new Error(session.error.message)
  return session.value.doc
}

/** Writes a session and gives its file. */
function written(name: string, doc: SessionDoc): string {
  const bytes = encodeSession(doc)
  if (!bytes.ok) throw new Error(bytes.error.message)
  const file = join(folder, name)
  writeFileSync(file, bytes.value)
  return file
}

describe('pinscope verify', () => {
  it('of a session that was just saved: 0, and both digests are those of the file', async () => {
    const { code, json } = await verify(SAVED)
    expect(json).toMatchObject({
      format: 'pinscope/verify@1',
      runs: [
        { run: 'run A', same: true },
        { run: 'run B', same: true },
      ],
    })
    expect(code).toBe(0)
    expect(statSync(SAVED).size).toBeLessThan(100_000)
  })

  it('of a run that does otherwise now: 1, and where it parts is told', async () => {
    const doc = docOf(SAVED)
    const { proof } = doc.a
    if (proof === null) throw new Error('no proof')
    const a = { ...doc.a, proof: { ...proof, digest: 'f'.repeat(64) } }
    const { code, json } = await verify(written('other.pinscope', { ...doc, a }))
    expect(code).toBe(1)
    expect(json.runs).toMatchObject([
      {
        same: false,
        check: { sameUpTo: proof.keyframes.at(-1)?.events, differsBy: null },
        text: expect.stringContaining('The run differs from the one that was saved'),
      },
      { same: true },
    ])
  })

  it('runs forks again, too', async () => {
    const doc = docOf(SAVED)
    const fork = { id: 1, parent: 'a', at: 0, text: 'other kernel', note: '', ...doc.b } as const
    const { code, json } = await verify(written('fork.pinscope', { ...doc, forks: [fork] }))
    expect(json.runs).toMatchObject([{}, {}, { run: 'fork 1', same: true }])
    expect(code).toBe(0)
    const wrong = { ...fork, recipe: { ...doc.b.recipe, seed: 99 }, proof: doc.a.proof }
    expect((await verify(written('wrong.pinscope', { ...doc, forks: [wrong] }))).code).toBe(1)
  })

  it('of a damaged file: 2, and what is left is verified all the same', async () => {
    const file = join(folder, 'torn.pinscope')
    const bytes = readFileSync(SAVED)
    writeFileSync(file, bytes.subarray(0, bytes.length - 200))
    const { code, json, stderr } = await verify(file)
    expect(code).toBe(2)
    expect(stderr).toContain('The file is damaged. Recovered: manifest, recipe')
    expect(json.runs).toMatchObject([{ same: true }, { same: true }])
  })

  it('of what is not ours, or not there: 2, with a sentence', async () => {
    expect(await verify('package.json')).toMatchObject({
      code: 2,
      json: { code: 'not-a-session' },
      stderr: expect.stringContaining('it looks like JSON'),
    })
    expect(await verify(join(folder, 'nothing'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ENOENT'),
    })
  })

  it('takes a scenario that does not ship out of the file', async () => {
    const scenario = join(folder, 'mine.json')
    const text = readFileSync('resources/scenarios/sc-11.json', 'utf8')
    writeFileSync(scenario, text.replace('"sc-11"', '"mine"'))
    const file = join(folder, 'mine.pinscope')
    const io = streams()
    const code = await run(io, scenario, { ...OPTIONS, patches: 'none', save: file, archive: true })
    expect(code, io.stderr()).toBeLessThan(2)
    rmSync(scenario)
    expect(await verify(file)).toMatchObject({
      code: 0,
      json: { runs: [{ same: true }, { same: true }], archive: { b: null } },
    })
  })

  it('takes every run its own scenario, whether it is in the file or ships', async () => {
    const doc = docOf(SAVED)
    const text = readFileSync('resources/scenarios/sc-11.json', 'utf8')
    const own = (id: string): string => text.replace('"sc-11"', `"${id}"`)
    const of = (scenario: string, run: SessionDoc['a']): SessionDoc['a'] => ({
      ...run,
      recipe: { ...run.recipe, scenario },
    })
    const head = { parent: null, at: null, text: '', note: '' }
    const { code, json } = await verify(
      written('mixed.pinscope', {
        ...doc,
        scenarios: [own('mine'), own('other')],
        a: of('mine', doc.a),
        b: of('mine', doc.b),
        forks: [
          { ...head, id: 1, ...of('other', doc.a) },
          { ...head, id: 2, ...doc.b },
        ],
      }),
    )
    expect(json.runs).toMatchObject([
      { same: true },
      { same: true },
      { same: true, recipe: { scenario: 'other' } },
      { same: true, recipe: { scenario: 'sc-11' } },
    ])
    expect(code).toBe(0)
  })

  it('of an own scenario that cannot be read only its runs are broken', async () => {
    const doc = docOf(SAVED)
    const scenarios = ['{ "format": "pinscope/scenario@1", "id": "mine" }', 'no scenario at all']
    const other = { ...doc.b, recipe: { ...doc.b.recipe, scenario: 'mine' } }
    const lost = { ...doc.b, recipe: { ...doc.b.recipe, scenario: 'gone' } }
    const head = { parent: null, at: null, text: '', note: '' }
    const forks = [
      { ...head, id: 1, ...other },
      { ...head, id: 2, ...lost },
    ]
    const { code, json } = await verify(written('part.pinscope', { ...doc, scenarios, forks }))
    expect(json.runs).toMatchObject([
      { same: true },
      { same: true },
      { same: null, text: expect.stringContaining('scenario "mine" of the session: title') },
      {
        same: null,
        text: expect.stringContaining(
          'the scenario "gone" is not in the file and does not ship; a scenario of the session cannot be read: ',
        ),
      },
    ])
    expect(code).toBe(2)
  })

  it('an archive without a file is refused before anything is looked up or run', async () => {
    const io = streams()
    expect(await run(io, 'sc-99', { ...OPTIONS, patches: 'none', archive: true })).toBe(2)
    expect(await compare(io, 'sc-99', { ...OPTIONS, a: 'none', b: 'all', archive: true })).toBe(2)
    const line = 'pinscope: --archive: name a file with --save, too\n'
    expect(io.stderr()).toBe(line + line)
  })
})
