/** JSON of the parts: ASCII, without spaces. Reading bounds depth and count before anything is made. */

const MAX_DEPTH = 24
const MAX_VALUES = 400_000
const DECODER = new TextDecoder('latin1')
const ENCODER = new TextEncoder()

/** Ends reading of a part; the message is the end of a sentence. */
export class BadPart extends Error {}

export function jsonBytes(value: unknown): Uint8Array {
  const text = JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return ENCODER.encode(text)
}

export function readJson(bytes: Uint8Array): unknown {
  checkSize(bytes)
  let value: unknown
  try {
    value = JSON.parse(asciiOf(bytes))
  } catch {
    throw new BadPart('it is not JSON')
  }
  refuseNames(value)
  return value
}

/** Counts brackets and commas outside of strings: as deep and as many as the values will be. */
function checkSize(bytes: Uint8Array): void {
  let depth = 0
  let values = 0
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i] as number
    if (c === 0x22) i = stringEnd(bytes, i)
    else if (c === 0x5b || c === 0x7b) {
      values++
      if (++depth > MAX_DEPTH) throw new BadPart(`it nests deeper than ${MAX_DEPTH} levels`)
    } else if (c === 0x5d || c === 0x7d) depth--
    else if (c === 0x2c) values++
    if (values > MAX_VALUES) throw new BadPart(`it holds more than ${MAX_VALUES} values`)
  }
}

/** The closing quote of a string, or the end of the bytes. */
function stringEnd(bytes: Uint8Array, start: number): number {
  let i = start + 1
  while (i < bytes.length && bytes[i] !== 0x22) i += bytes[i] === 0x5c ? 2 : 1
  return i
}

function asciiOf(bytes: Uint8Array): string {
  const text = DECODER.decode(bytes)
  if (/[^\n\r\t -~]/.test(text)) throw new BadPart('it is not ASCII')
  return text
}

const REFUSED = new Set(['__proto__', 'constructor', 'prototype'])

/** No member may be named as what every object has already. */
function refuseNames(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    if (!Array.isArray(value) && REFUSED.has(name)) {
      throw new BadPart(`a member is named "${name}"`)
    }
    refuseNames(member)
  }
}
