import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_SESSION_SCENARIOS,
  FIRST_VIEW,
  MAX_SESSION_BYTES,
  SESSION_VERSION,
  type OpenedSession,
  type SessionDoc,
  type SessionRefusal,
} from '../../shared/session'
import { PROOF, RECIPE_A, SESSION } from '../test/session'
import { decodeSession } from './decode'
import { encodeSession } from './encode'

function encoded(doc: SessionDoc): Uint8Array<ArrayBuffer> {
  const bytes = encodeSession(doc)
  if (!bytes.ok) throw new Error(bytes.error.message)
  return bytes.value
}

function opened(bytes: Uint8Array): OpenedSession {
  const session = decodeSession(bytes)
  if (!session.ok) throw new Error(session.error.message)
  return session.value
}

function refused(bytes: Uint8Array): SessionRefusal {
  const session = decodeSession(bytes)
  if (session.ok) throw new Error('was taken')
  return session.error
}

/** Where a part's head begins. */
function placeOf(bytes: Uint8Array, name: string): number {
  return Buffer.from(bytes).indexOf(`PART${name}\0`)
}

const note = fc.string({ unit: 'binary', maxLength: 40 })
const pfn = fc.nat(2 ** 21)
const intervention = fc.oneof(
  fc.record({ at: fc.nat(9), do: fc.constant('unpin' as const), pfn }),
  fc.record({ at: fc.nat(9), do: fc.constant('drain' as const) }),
  fc.record({
    at: fc.nat(9),
    do: fc.constant('kernel' as const),
    kernel: fc.constant({ mode: 'lenient', patches: [2], fixes: [1, 5] } as const),
  }),
)
const recipe = fc.record({
  kernel: fc.constantFrom(RECIPE_A.kernel, {
    mode: 'strict',
    policy: 'gup-nm',
    patches: [],
  } as const),
  set: fc.dictionary(fc.stringMatching(/^[a-z0-9]{1,8}$/), fc.string({ maxLength: 10 })),
  seed: fc.nat(),
  scenario: fc.constant('sc-01'),
  interventions: fc.oneof(fc.constant(undefined), fc.array(intervention)),
})
const run = fc.record({ recipe, proof: fc.constantFrom(null, PROOF) })
const session: fc.Arbitrary<SessionDoc> = fc
  .record({
    writer: fc.constant('0.1.0'),
    name: note,
    note,
    scenarios: fc.array(fc.string({ minLength: 1 }), { maxLength: MAX_SESSION_SCENARIOS }),
    a: run,
    b: run,
    forks: fc.array(fc.record({ at: fc.option(fc.nat()), text: note, note, run })),
    bookmarks: fc.array(
      fc.record({ note, side: fc.constantFrom('a', 'b'), event: fc.nat(), timeNs: fc.nat() }),
    ),
    shown: fc.option(fc.integer({ min: 1, max: 5 })),
  })
  .map(({ forks, shown, ...rest }) => ({
    ...rest,
    forks: forks.map(({ run: { recipe, proof }, ...fork }, i) => ({
      ...fork,
      ...{ recipe, proof, id: i + 1, parent: i === 0 ? 'b' : i },
    })),
    debug: SESSION.debug,
    view: { ...SESSION.view, shown: { a: shown, b: null } },
  }))

describe('a session file', () => {
  it('gives back what was saved', () => {
    expect(opened(encoded(SESSION))).toStrictEqual({
      doc: SESSION,
      archive: { a: null, b: null },
      version: SESSION_VERSION,
      recovered: null,
    })
    const own = { ...SESSION, scenarios: ['{ "title": "from a board" }', '{ "title": "edited" }'] }
    expect(opened(encoded(own)).doc).toStrictEqual(own)
  })

  it('saved, opened and saved again has the same bytes', () => {
    fc.assert(
      fc.property(session, (doc) => {
        const bytes = encoded(doc)
        const { doc: again, recovered } = opened(bytes)
        expect(recovered).toBeNull()
        expect(Buffer.from(encoded(again)).equals(Buffer.from(bytes))).toBe(true)
        // Equal in every value; members that are undefined are not there.
        expect(again.forks).toEqual(doc.forks)
        expect(again.a).toEqual(doc.a)
      }),
    )
  })

  it('holds thousands of pins that were let go in few bytes', () => {
    const unpins = Array.from(
      { length: 8000 },
      (_, i) => ({ at: 900, do: 'unpin', pfn: 0x67000 + i }) as const,
    )
    const recipe = { ...RECIPE_A, interventions: unpins }
    const bytes = encoded({ ...SESSION, a: { recipe, proof: PROOF } })
    expect(bytes.length).toBeLessThan(25_000)
    expect(opened(bytes).doc.a.recipe).toStrictEqual(recipe)
  })

  it('is not written where it could not be read again', () => {
    const long = { ...SESSION, name: 'x'.repeat(300) }
    expect(encodeSession(long)).toMatchObject({ ok: false, error: { code: 'bad-input' } })
    const orphan = { ...SESSION, forks: SESSION.forks.slice(1) }
    expect(encodeSession(orphan)).toMatchObject({
      error: { message: expect.stringContaining('every parent before') },
    })
  })
})

describe('a file that is no session', () => {
  it.each([
    [Buffer.from(''), 'empty'],
    [Buffer.from('PK\u0003\u0004'), 'zip'],
    [Buffer.from([0x1f, 0x8b, 8, 0]), 'gzip'],
    [Buffer.from('{"a":1}'), 'JSON'],
    [Buffer.from('Node 0, zone'), 'begins with 4e 6f 64 65'],
  ])('is refused, and what it looks like is said (%#)', (bytes, what) => {
    const { code, message } = refused(bytes)
    expect(code).toBe('not-a-session')
    expect(message).toContain(what)
  })

  it('is told from a session that was changed as text', () => {
    const text = Buffer.from(encoded(SESSION)).toString('latin1').replaceAll('\r\n', '\n')
    const { code, message } = refused(Buffer.from(text, 'latin1'))
    expect(code).toBe('damaged')
    expect(message).toContain('as if it were text')
  })

  it('is refused before anything is read when it is too large', () => {
    const { code, message } = refused(new Uint8Array(MAX_SESSION_BYTES + 1))
    expect(code).toBe('too-large')
    expect(message).toContain('100,663,297 bytes')
  })
})

describe('a damaged session', () => {
  it.each(['manifest', 'digests', 'forks', 'bookmarks', 'breakpoints', 'view'] as const)(
    'with a changed byte in %s loses that part alone, and says so',
    (part) => {
      const bytes = encoded(SESSION)
      const at = placeOf(bytes, part) + 28 + 5
      bytes[at] = (bytes[at] ?? 0) ^ 0x10
      const { doc, recovered } = opened(bytes)
      expect(recovered?.lost).toEqual([
        { part, reason: 'its bytes were changed: the checksum is another' },
      ])
      expect(recovered?.text).toContain(`Lost: ${part} (`)
      expect(recovered?.kept).toHaveLength(7)
      expect(doc.a.recipe).toStrictEqual(SESSION.a.recipe)
    },
  )

  it('without its recipe is refused, and the part and the reason are named', () => {
    const bytes = encoded(SESSION)
    const at = placeOf(bytes, 'recipe') + 28
    bytes[at] = 0
    expect(refused(bytes)).toMatchObject({
      code: 'damaged',
      at: 'recipe',
      message: expect.stringContaining('its recipe is lost (its bytes were changed'),
    })
  })

  it('with a torn tail loses only what was behind the tear', () => {
    const bytes = encoded(SESSION)
    const { doc, recovered } = opened(bytes.subarray(0, placeOf(bytes, 'view') + 28 + 100))
    expect(doc).toStrictEqual({ ...SESSION, view: FIRST_VIEW })
    expect(recovered?.lost.map(({ part }) => part)).toEqual(['view', 'end'])
    expect(recovered?.lost[0]?.reason).toMatch(/^cut off: 100 of its [\d,]+ bytes are there$/)
  })

  it('that ends between two parts is told from a whole one', () => {
    const bytes = encoded(SESSION)
    const { doc, recovered } = opened(bytes.subarray(0, placeOf(bytes, 'end')))
    expect(doc).toStrictEqual(SESSION)
    expect(recovered?.text).toContain('every part of the session is there')
  })

  it('goes on being read behind a head that is broken', () => {
    const bytes = encoded(SESSION)
    bytes[placeOf(bytes, 'forks') + 17] = 0xff
    const { doc, recovered } = opened(bytes)
    expect(doc).toStrictEqual({
      ...SESSION,
      forks: [],
      view: { ...SESSION.view, shown: { a: null, b: null } },
    })
    expect(recovered?.lost[0]).toMatchObject({ part: null })
  })
})
