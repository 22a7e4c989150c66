/** Files that somebody or something changed: accidents, and changes whose checksums are made right again. */
import { crc32 } from '../session/crc32'

type Random = () => number

/** A generator of numbers in [0, 1) that gives the same ones for the same seed. */
export function randomOf(seed: number): Random {
  let state = (seed + 1) | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

const HEAD = 28

interface PlacedPart {
  readonly start: number
  readonly end: number
}

export function partsOf(bytes: Uint8Array): PlacedPart[] {
  const parts: PlacedPart[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 8; at + HEAD <= bytes.length;) {
    const end = at + HEAD + view.getUint32(at + 16, true)
    parts.push({ start: at, end })
    at = end
  }
  return parts
}

/** A file of other parts with right checksums: names and contents are taken as they are. */
export function fileOf(parts: readonly (readonly [name: string, content: Uint8Array])[]): Buffer {
  const signature = Buffer.from([0x89, 0x50, 0x49, 0x4e, 0x0d, 0x0a, 0x1a, 0x0a])
  const pieces = parts.flatMap(([name, content]) => {
    const head = Buffer.alloc(HEAD)
    head.write('PART', 0, 'latin1')
    head.write(name, 4, 12, 'latin1')
    head.writeUInt32LE(content.length, 16)
    head.writeUInt32LE(crc32(content), 20)
    head.writeUInt32LE(crc32(head.subarray(0, 24)), 24)
    return [head, Buffer.from(content)]
  })
  return Buffer.concat([signature, ...pieces])
}

/** The parts of a file by their names, in order. */
export function namedParts(bytes: Uint8Array): [name: string, content: Buffer][] {
  return partsOf(bytes).map(({ start, end }) => {
    const name = Buffer.from(bytes.subarray(start + 4, start + 16)).toString('latin1')
    return [name.replaceAll('\0', ''), Buffer.from(bytes.subarray(start + HEAD, end))]
  })
}

/** What is put into the texts of parts. */
const TOKENS = [
  ...['-1', '1e999', '9007199254740993', '4294967296', 'null', '[]', '{}', '""', '0.5', 'true'],
  ...['"__proto__":{},', '"constructor":{},', '"../../etc/passwd"', '"x":1,', ',', '}', ']', '"'],
  ...['[['.repeat(20), '[0,0]'.repeat(100), '"' + 'A'.repeat(5000) + '"', '\\u0000', '\\ud800'],
]

function changedText(text: Buffer, random: Random): Buffer {
  const at = Math.floor(random() * text.length)
  const token = Buffer.from(TOKENS[Math.floor(random() * TOKENS.length)] ?? '')
  const kept = random() < 0.5 ? at : Math.min(text.length, at + Math.floor(random() * 12))
  return Buffer.concat([text.subarray(0, at), token, text.subarray(kept)])
}

type Mutation = (bytes: Uint8Array, random: Random) => Buffer

const flip: Mutation = (bytes, random) => {
  const out = Buffer.from(bytes)
  for (let n = 1 + Math.floor(random() * 8); n > 0; n--) {
    const at = Math.floor(random() * out.length)
    out[at] = (out[at] ?? 0) ^ (1 << Math.floor(random() * 8))
  }
  return out
}
const truncate: Mutation = (bytes, random) =>
  Buffer.from(bytes.subarray(0, Math.floor(random() * bytes.length)))
const splice: Mutation = (bytes, random) => {
  const [a, b, c] = [random(), random(), random()].map((x) => Math.floor(x * bytes.length))
  const middle = bytes.subarray(Math.min(b ?? 0, c ?? 0), Math.max(b ?? 0, c ?? 0))
  return Buffer.concat([bytes.subarray(0, a), middle, bytes.subarray(a ?? 0)])
}
const swap: Mutation = (bytes, random) => {
  const parts = namedParts(bytes)
  const pick = (): number => Math.floor(random() * parts.length)
  const [i, j] = [pick(), pick()]
  const [x, y] = [parts[i], parts[j]]
  if (x === undefined || y === undefined) return Buffer.from(bytes)
  const whole = random() < 0.5
  parts[i] = whole ? y : [x[0], y[1]]
  parts[j] = whole ? x : [y[0], x[1]]
  return fileOf(parts)
}
/** A length that is not the part's, in a head whose checksum is right. */
const lie: Mutation = (bytes, random) => {
  const out = Buffer.from(bytes)
  const parts = partsOf(out)
  const part = parts[Math.floor(random() * parts.length)]
  if (part === undefined) return out
  const length = random() < 0.5 ? Math.floor(random() * 2 ** 32) : Math.floor(random() * 4096)
  out.writeUInt32LE(length, part.start + 16)
  out.writeUInt32LE(crc32(out.subarray(part.start, part.start + 24)), part.start + 24)
  return out
}
/** A text that is another, under right checksums: what a stranger would write. */
const rewrite: Mutation = (bytes, random) => {
  const parts = namedParts(bytes)
  for (let n = 1 + Math.floor(random() * 3); n > 0; n--) {
    const i = Math.floor(random() * parts.length)
    const part = parts[i]
    if (part !== undefined) parts[i] = [part[0], changedText(part[1], random)]
  }
  return fileOf(parts)
}
const rename: Mutation = (bytes, random) => {
  const names = ['../../x', '/etc/passwd', '__proto__', 'recipe', 'end', 'events-a', '']
  const parts = namedParts(bytes)
  const i = Math.floor(random() * parts.length)
  const part = parts[i]
  if (part !== undefined) {
    parts[i] = [names[Math.floor(random() * names.length)] ?? '', part[1]]
  }
  return fileOf(parts)
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  ...{ flip, truncate, splice, swap, lie, rewrite, rename },
}

/** A changed file and how it was changed; the same ones for the same seed. */
export function mutated(bytes: Uint8Array, seed: number): { kind: string; bytes: Buffer } {
  const random = randomOf(seed)
  const kinds = Object.entries(MUTATIONS)
  const chosen = kinds[Math.floor(random() * kinds.length)]
  if (chosen === undefined) throw new Error('no mutations')
  const [kind, change] = chosen
  return { kind, bytes: change(bytes, random) }
}
