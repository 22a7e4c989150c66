/** Files that somebody made to do harm, by name; tools/fuzz tries what nobody thought of. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  SESSION_VERSION,
  type OpenedSession,
  type SessionPart,
  type SessionRefusal,
} from '../../shared/session'
import { fileOf, mutated, namedParts } from '../test/mutate'
import { SESSION } from '../test/session'
import { archiveText, decodeSession } from './decode'
import { encodeSession } from './encode'
import { CHAIN, upgrade } from './upgrade'

const PIECES = [0, 1, 2].map((i) => ({
  ...{ from: i * 100, count: 100, of: 300 },
  text: `${i === 0 ? '# tracer: nop\n' : ''}a-1 [000] .... 5.00000${i}: x: n=${i}\n`,
}))
const encoded = encodeSession(SESSION, { a: PIECES })
if (!encoded.ok) throw new Error(encoded.error.message)
const FILE = encoded.value

function withPart(name: SessionPart, content: string | Uint8Array): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return fileOf(namedParts(FILE).map(([n, c]) => [n, n === name ? bytes : c] as const))
}

function textOf(name: SessionPart): string {
  return (
    namedParts(FILE)
      .find(([n]) => n === name)?.[1]
      .toString() ?? ''
  )
}

function opened(bytes: Uint8Array): OpenedSession {
  const session = decodeSession(bytes)
  if (!session.ok) throw new Error(session.error.message)
  return session.value
}

/** Why one part of a file is lost. */
function reasonOf(part: SessionPart, bytes: Uint8Array): string {
  return opened(bytes).recovered?.lost.find((lost) => lost.part === part)?.reason ?? ''
}

function refused(bytes: Uint8Array): SessionRefusal {
  const session = decodeSession(bytes)
  if (session.ok) throw new Error('was taken')
  return session.error
}

describe('a hostile session file', () => {
  it.each([
    ['zip', 'PK\u0003\u0004', 'it is a zip archive'],
    ['gzip', '\u001f\u008b\u0008\u0000', 'it is packed with gzip'],
  ])('that is a %s bomb is refused by its first bytes', (_name, head, what) => {
    const bomb = Buffer.concat([Buffer.from(head, 'latin1'), gzipSync(Buffer.alloc(64 * 2 ** 20))])
    expect(refused(bomb)).toMatchObject({
      code: 'not-a-session',
      message: expect.stringContaining(what),
    })
  })

  it('with a bomb for a part loses that part: nothing in a session is ever unpacked', () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, '[0],'))
    expect(bomb.length).toBeLessThan(256 * 1024)
    expect(reasonOf('view', withPart('view', bomb))).toMatch(/\S/)
    expect(opened(withPart('view', bomb)).doc.bookmarks).toHaveLength(1)
  })

  it('cannot claim more than it has: a bomb of nesting is refused before it is made', () => {
    expect(reasonOf('view', withPart('view', '['.repeat(100_000)))).toContain('deeper than 24')
  })

  it('cannot make millions of values out of few bytes', () => {
    const many = `[${'0,'.repeat(500_000)}0]`
    expect(reasonOf('bookmarks', withPart('bookmarks', many))).toContain('more than 400000 values')
  })

  it('with a part beyond its limit is not read there', () => {
    const large = Buffer.alloc(300 * 1024, 0x20)
    expect(reasonOf('view', withPart('view', large))).toContain('at most 262,144 are read')
  })

  it('with a length of 4 GB in a head loses that part, and nothing is made that large', () => {
    const bytes = Buffer.from(FILE)
    // Its head's checksum is wrong then; fuzzing also tries lengths whose checksum is right.
    bytes.writeUInt32LE(0xffff_ffff, bytes.indexOf('PARTview\0') + 16)
    const { recovered, doc } = opened(bytes)
    expect(recovered?.lost.map(({ part }) => part)).toEqual([null, 'view'])
    expect(doc.bookmarks).toHaveLength(1)
  })

  it.each(['../../../etc/passwd', '/etc/passwd', 'C:\\x', '__proto__'])(
    'with a part named %s: the name is told apart from ours and never opened',
    (name) => {
      const { recovered, doc } = opened(fileOf([...namedParts(FILE), [name, Buffer.from('{}')]]))
      expect(recovered?.lost).toMatchObject([{ part: null }])
      expect(recovered?.lost[0]?.reason).toContain('a name that no session has')
      expect(doc).toStrictEqual(SESSION)
    },
  )

  it.each(['__proto__', 'constructor', 'prototype', '__proto\\u005f_'])(
    'with a member named %s loses that part, and no object gains anything',
    (name) => {
      const text = textOf('view').replace('"tabs":{', `"tabs":{"${name}":"x",`)
      expect(reasonOf('view', withPart('view', text))).toContain('a member is named "')
      expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
    },
  )

  it('with huge counts in a recipe is refused, and the place is named', () => {
    const pfns = `[${'1,'.repeat(9000)}1]`
    const more = `,"interventions":[{"at":1,"do":"unpin","pfns":${pfns}}]}}`
    const { code, message } = refused(withPart('recipe', textOf('recipe').replace(/\}\}$/, more)))
    expect(code).toBe('damaged')
    expect(message).toMatch(/its recipe is lost \(b\.interventions\[0\]\.pfns: expected a list of/)
  })

  it('with parts in each other’s places takes neither', () => {
    const parts = namedParts(FILE).map(([n, c]) => {
      if (n === 'bookmarks') return ['view', c] as const
      return [n === 'view' ? 'bookmarks' : n, c] as const
    })
    const lost = opened(fileOf(parts)).recovered?.lost.map(({ part }) => part)
    expect(lost).toEqual(['bookmarks', 'view'])
  })

  it('with a part twice takes the first, and says so', () => {
    const [name, content] = namedParts(FILE)[1] ?? ['', Buffer.of()]
    const { recovered, doc } = opened(fileOf([...namedParts(FILE), [name, content]]))
    expect(recovered?.lost).toMatchObject([{ part: 'recipe' }])
    expect(recovered?.lost[0]?.reason).toContain('is there a second time')
    expect(doc).toStrictEqual(SESSION)
  })

  it('with a hundred thousand parts is read to a limit', () => {
    const many = Array.from({ length: 3000 }, () => ['view', Buffer.from('{}')] as const)
    const lost = opened(fileOf([...namedParts(FILE), ...many])).recovered?.lost ?? []
    expect(lost.length).toBeLessThanOrEqual(64)
  })

  it('with forks in a circle has no forks', () => {
    const text = textOf('forks').replace('"parent":"a"', '"parent":4')
    expect(reasonOf('forks', withPart('forks', text))).toContain('every parent before')
  })

  it('changed at random never throws, and every refusal has a reason', () => {
    for (let seed = 0; seed < 500; seed++) {
      const answer = decodeSession(mutated(FILE, seed).bytes)
      if (answer.ok) continue
      expect(answer.error.message, `seed ${seed}`).toMatch(/[^.]{20}\./)
    }
  })
})

describe('recorded events in a file', () => {
  it('are given back as the trace they were', () => {
    expect(opened(FILE).archive).toEqual({ a: { events: 300, of: 300 }, b: null })
    expect(archiveText(FILE, 'a')).toMatchObject({ value: PIECES.map((p) => p.text).join('') })
    expect(archiveText(FILE, 'b')).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })

  it('whose tail is torn are there up to the tear, in numbers', () => {
    const third = FILE.length - Buffer.from(FILE).lastIndexOf('PARTevents-a')
    const { archive, doc, recovered } = opened(FILE.subarray(0, FILE.length - third + 40))
    expect(archive.a).toEqual({ events: 200, of: 300 })
    expect(recovered?.text).toContain('recovered 200 of 300 events')
    expect(doc).toStrictEqual(SESSION)
  })
})

const SESSIONS = 'src/formats/test/sessions'

describe('versions', () => {
  it('each has its step to the next one, and a file that it wrote', () => {
    expect(CHAIN).toHaveLength(SESSION_VERSION - 1)
    const versions = Array.from({ length: SESSION_VERSION }, (_, i) => `v${i + 1}.pinscope`)
    expect(readdirSync(SESSIONS)).toEqual(expect.arrayContaining(versions))
  })

  it.each([
    ['v1.pinscope', 1, []],
    ['v1-own.pinscope', 1, ['{ "id": "own", "title": "from a board" }']],
    ['v2.pinscope', 2, ['{ "id": "own", "title": "from a board" }', '{ "id": "more" }']],
  ])('the file %s that format %i wrote opens for ever', (name, version, scenarios) => {
    const archive = { a: name === 'v1-own.pinscope' ? null : { events: 300, of: 300 }, b: null }
    const bytes = readFileSync(join(SESSIONS, name))
    const before = Buffer.from(bytes)
    expect(opened(bytes)).toStrictEqual({
      ...{ doc: { ...SESSION, scenarios }, archive, version, recovered: null },
    })
    // What is brought to the form of today is a copy.
    expect(bytes.equals(before)).toBe(true)
  })

  it('a file of this format is written today as it was when the format was made', () => {
    const scenarios = ['{ "id": "own", "title": "from a board" }', '{ "id": "more" }']
    const today = encodeSession({ ...SESSION, scenarios }, { a: PIECES })
    const then = readFileSync(join(SESSIONS, `v${SESSION_VERSION}.pinscope`))
    expect(today.ok && Buffer.from(today.value).equals(then)).toBe(true)
  })

  it('an older file that lost its manifest loses that alone', () => {
    const bytes = readFileSync(join(SESSIONS, 'v1-own.pinscope'))
    bytes[bytes.indexOf('PARTmanifest') + 40] = 0
    const { doc, version, recovered } = opened(bytes)
    expect(version).toBe(1)
    expect(recovered?.lost.map(({ part }) => part)).toEqual(['manifest'])
    expect(doc.scenarios).toHaveLength(1)
  })

  it.each(['5', 'null', '[]', '{"text":5}', '{"text":"x","texts":[]}', '{"text":["x"]}'])(
    'an older file whose scenario is %s loses that part, with the reason',
    (text) => {
      const parts = namedParts(readFileSync(join(SESSIONS, 'v1-own.pinscope')))
      const file = fileOf(parts.map(([n, c]) => [n, n === 'scenario' ? Buffer.from(text) : c]))
      const { doc, recovered } = opened(file)
      expect(recovered?.lost).toMatchObject([{ part: 'scenario', reason: expect.anything() }])
      expect(doc.scenarios).toEqual([])
    },
  )

  const later = (manifest: string): Buffer => withPart('manifest', manifest)

  it('a file of a later format is refused with the version it needs, and its recipe is shown', () => {
    const now = `"version":${SESSION_VERSION}`
    const text = textOf('manifest').replace(now, '"version":7,"more":[1]')
    const { code, message, preview } = refused(later(text.replace('0.1.0', '2.3.0')))
    expect(code).toBe('too-new')
    expect(message).toContain(
      `format 7, written by Pinscope 2.3.0; this Pinscope reads formats up to ${SESSION_VERSION}`,
    )
    expect(preview).toMatchObject({ version: 7, writer: '2.3.0' })
    expect(preview?.recipe).toContainEqual({ name: 'a.scenario', value: '"sc-01"' })
  })

  it('older parts go through every step of the chain from theirs on, in order', () => {
    const step = (n: number) => (parts: object) => ({ ...parts, manifest: n, [`was${n}`]: true })
    const chain = [step(2), step(3), step(4)]
    expect(upgrade({ recipe: 1 }, 2, chain)).toEqual({
      ...{ recipe: 1, manifest: 4, was3: true, was4: true },
    })
    expect(upgrade({ recipe: 1 }, 4, chain)).toEqual({ recipe: 1 })
  })
})
