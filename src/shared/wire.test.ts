import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CALL_NAMES } from './contract'
import { MAX_SESSION_BYTES } from './session'
import {
  callsOver,
  decodeMessage,
  encodeMessage,
  MAX_REQUEST_BYTES,
  mostOf,
  requestFrames,
} from './wire'

const key = fc
  .oneof(fc.string(), fc.constantFrom('$', '$$', '$x', 'constructor', 'toString', 'é'))
  .filter((k) => k !== '__proto__')

const typedArray = fc.oneof(
  fc.int8Array(),
  fc.uint8Array(),
  fc.uint8ClampedArray(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.float32Array(),
  fc.float64Array(),
)

const { message } = fc.letrec((tie) => ({
  message: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x)),
    fc.string({ unit: 'binary' }),
    typedArray,
    fc.array(tie('message')),
    fc.dictionary(key, tie('message'), { noNullPrototype: true }),
  ),
}))

/** A frame with a header of our choice and no bytes of arrays. */
function frameOf(header: unknown): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header)
  const text = json.padEnd(Math.ceil(json.length / 8) * 8)
  const frame = new Uint8Array(8 + text.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, 0x31575350, true)
  view.setUint32(4, text.length, true)
  for (let i = 0; i < text.length; i++) frame[8 + i] = text.charCodeAt(i)
  return frame
}

function refusal(bytes: Uint8Array, maxBytes?: number): string {
  const result = decodeMessage(bytes, maxBytes)
  if (result.ok) throw new Error(`was taken: ${JSON.stringify(result.value)}`)
  expect(result.error.code).toBe('bad-input')
  return result.error.message
}

describe('encodeMessage and decodeMessage', () => {
  it('bring back any message, with its typed arrays, exactly', () => {
    fc.assert(
      fc.property(message, (value) => {
        deepStrictEqual(decodeMessage(encodeMessage(value)), { ok: true, value })
      }),
      { numRuns: 500 },
    )
  })

  it('bring back a message from any place in a larger buffer', () => {
    const value = { a: new Float64Array([1.5, Number.NaN]), b: new Uint8Array([1, 2, 3]) }
    const frame = encodeMessage(value)
    for (let shift = 0; shift < 9; shift++) {
      const buffer = new Uint8Array(frame.length + shift)
      buffer.set(frame, shift)
      expect(decodeMessage(buffer.subarray(shift))).toStrictEqual({ ok: true, value })
    }
  })

  it('copy the arrays both ways instead of sharing memory', () => {
    const cells = new Uint8Array([1, 2, 3])
    const frame = encodeMessage({ cells })
    cells.fill(9)
    const first = decodeMessage(frame)
    frame.fill(0)
    expect(first).toStrictEqual({ ok: true, value: { cells: new Uint8Array([1, 2, 3]) } })
  })

  it('take only the part of a buffer that the array shows', () => {
    const whole = new Int32Array([1, 2, 3, 4])
    const result = decodeMessage(encodeMessage(whole.subarray(1, 3)))
    expect(result).toStrictEqual({ ok: true, value: new Int32Array([2, 3]) })
  })

  it('leave members out that are undefined', () => {
    expect(decodeMessage(encodeMessage({ a: undefined, b: 1 }))).toStrictEqual({
      ok: true,
      value: { b: 1 },
    })
  })
})

describe('encodeMessage', () => {
  it.each([
    ['a function', () => 0],
    ['a bigint', 1n],
    ['a NaN', Number.NaN],
    ['an undefined item', [undefined]],
    ['a Map', new Map()],
    ['an instance of a class', new Date(0)],
    ['a DataView', new DataView(new ArrayBuffer(1))],
    ['a member named __proto__', JSON.parse('{"__proto__": 1}')],
  ])('throws on %s', (_name, value: unknown) => {
    expect(() => encodeMessage({ value })).toThrow(/^a message cannot carry/)
  })

  it('throws on a cycle instead of running for ever', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    expect(() => encodeMessage(cycle)).toThrow('nests deeper than 64 levels')
  })
})

describe('decodeMessage', () => {
  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (noise, text) => {
        expect(decodeMessage(noise).ok).toBe(false)
        const framed = decodeMessage(frameOf(`{"arrays":[],"value":${text}}`))
        if (!framed.ok) expect(framed.error.message).toMatch(/^bad message: /)
      }),
    )
  })

  it('never throws on a frame with a flipped byte', () => {
    const frame = encodeMessage({ id: 1, result: { ok: true, value: new Float64Array(4) } })
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const broken = Uint8Array.from(frame)
        broken[at] = (broken[at] as number) ^ mask
        expect(() => decodeMessage(broken)).not.toThrow()
      }),
    )
  })

  it('refuses a frame that is cut off anywhere, or continued', () => {
    const frame = encodeMessage({ a: new Float64Array(3), b: 'x' })
    for (let n = 0; n < frame.length; n++)
      expect(decodeMessage(frame.subarray(0, n)).ok).toBe(false)
    const longer = new Uint8Array(frame.length + 1)
    longer.set(frame)
    expect(refusal(longer)).toContain('1 bytes too many')
  })

  it('refuses a frame above the size its caller allows', () => {
    expect(refusal(encodeMessage('x'.repeat(2000)), 1024)).toContain('at most 1024')
  })

  it('refuses an array that claims more than the frame holds, before it makes one', () => {
    const header = { value: { $: 0 }, arrays: [['Float64Array', 2 ** 50]] }
    expect(refusal(frameOf(header))).toContain('cut off')
  })

  it.each([
    ['a negative length', [['Uint8Array', -1]]],
    ['an unknown type', [['Function', 1]]],
    ['an inherited type name', [['toString', 1]]],
    ['no pair', ['Uint8Array']],
    ['too many arrays', Array.from({ length: 1025 }, () => ['Uint8Array', 0])],
  ])('refuses a list of arrays with %s', (_name, arrays) => {
    expect(refusal(frameOf({ value: null, arrays }))).toContain('list of arrays')
  })

  it('refuses a reference to an array that is not there', () => {
    expect(refusal(frameOf({ value: { $: 0 }, arrays: [] }))).toContain('no array')
    expect(refusal(frameOf({ value: { $: 0, x: 1 }, arrays: [['Uint8Array', 0]] }))).toContain(
      'no array',
    )
  })

  it('refuses a member named __proto__, so that nothing gets a strange prototype', () => {
    const header = '{"arrays":[],"value":{"__proto__":{"polluted":true}}}'
    expect(refusal(frameOf(header))).toContain('"__proto__"')
  })

  it('refuses a header that nests too deep for a recursive reader', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(refusal(frameOf(`{"arrays":[],"value":${deep}}`))).toMatch(/nests deeper|not JSON/)
  })
})

describe('callsOver', () => {
  it('asks for every call of the contract by its name with its arguments', async () => {
    const asked: unknown[] = []
    const calls = callsOver((call, args) => {
      asked.push([call, args])
      return Promise.resolve(null)
    })
    await calls.page(3, 0x6f103, null)
    expect(asked).toStrictEqual([['page', [3, 0x6f103, null]]])
    expect(Object.keys(calls)).toStrictEqual(Object.keys(CALL_NAMES))
  })
})

describe('a request', () => {
  const request = (bytes: Uint8Array) => ({ id: 7, call: 'unpackSession', args: [bytes] }) as const

  it('of a megabyte is one message', () => {
    const frames = requestFrames(request(new Uint8Array(MAX_REQUEST_BYTES - 1000)))
    expect(frames.ok && frames.value.map((frame) => decodeMessage(frame))).toMatchObject([
      { value: { id: 7, call: 'unpackSession' } },
    ])
  })

  it('with a larger file comes in parts, none larger than a message, that give it again', () => {
    const file = Uint8Array.from({ length: 2 * MAX_REQUEST_BYTES }, (_, i) => i % 251)
    const frames = requestFrames(request(file))
    if (!frames.ok) throw new Error(frames.error.message)
    expect(frames.value.length).toBeGreaterThan(2)
    expect(Math.max(...frames.value.map(({ length }) => length))).toBeLessThan(MAX_REQUEST_BYTES)
    const parts = frames.value.map((frame) => {
      const { value } = decodeMessage(frame) as {
        value: { part: { id: number; call: string; of: number; from: number; bytes: Uint8Array } }
      }
      return value.part
    })
    const [{ of } = { of: 0 }] = parts
    const whole = new Uint8Array(of)
    for (const { id, call, from, bytes } of parts) {
      expect([id, call]).toEqual([7, 'unpackSession'])
      whole.set(bytes, from)
    }
    const again = decodeMessage(whole) as { value: { args: [Uint8Array] } }
    expect(Buffer.from(again.value.args[0]).equals(file)).toBe(true)
  })

  it('that is too large for its call is refused, and nothing of it is sent', () => {
    expect(requestFrames(request(new Uint8Array(MAX_SESSION_BYTES + 100_000)))).toMatchObject({
      error: { code: 'too-large', message: expect.stringContaining('at most 100,728,832') },
    })
    const line = 'x'.repeat(MAX_REQUEST_BYTES)
    expect(requestFrames({ id: 1, call: 'consoleRun', args: [1, line, 't'] })).toMatchObject({
      error: { code: 'too-large' },
    })
    expect(mostOf('toString')).toBe(MAX_REQUEST_BYTES)
  })
})
