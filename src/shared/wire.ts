/**
 * How the contract travels: the shapes of its messages, and how one becomes bytes where a wire
 * carries only bytes (the WebSocket). A frame is
 *
 *     u32 magic | u32 header bytes | header: JSON in ASCII | pad to 8 | array | pad to 8 | array ...
 *
 * with numbers in little-endian order. The header holds the value, in which a typed array is
 * `{"$": index}`, and the list of the arrays; other keys that start with `$` gain one more.
 * Frames may come from a stranger: decoding bounds everything and answers with a Result.
 */
import { CALL_NAMES, type CallName, type Calls, type NewsName } from './contract'
import { MAX_SENT_IMPORT_BYTES } from './interchange'
import { failure, success, type Result } from './result'
import { MAX_SESSION_BYTES } from './session'
import { countText } from './text'

/** Client to server, once and first, where the wire is open to strangers. */
export interface HelloMessage {
  readonly hello: string
}

/** Server to client: the hello was right. */
export interface WelcomeMessage {
  readonly welcome: true
}

export interface RequestMessage {
  /** Chosen by the client; the answer bears it. */
  readonly id: number
  readonly call: CallName
  readonly args: readonly unknown[]
}

/**
 * A piece of a request that is too large for one message: the request's own frame in pieces, one after the
 * other and in order, with what is needed to refuse it before it is there.
 */
export interface PartMessage {
  readonly part: {
    /** Of the request. */
    readonly id: number
    readonly call: CallName
    /** Bytes of the whole frame. */
    readonly of: number
    /** Where this piece begins in it. */
    readonly from: number
    readonly bytes: Uint8Array
  }
}

export interface AnswerMessage {
  readonly id: number
  readonly result: Result<unknown>
}

export interface NewsMessage {
  readonly news: NewsName
  readonly value: unknown
}

/** Path of the browser host's WebSocket. */
export const SOCKET_PATH = '/ws'

/** Largest message a page may send. */
export const MAX_REQUEST_BYTES = 1024 * 1024

/** Calls that carry files, whose requests come in parts: bytes of the files at most. */
export const FILE_CALLS: Readonly<Partial<Record<CallName, number>>> = {
  unpackSession: MAX_SESSION_BYTES,
  openArchive: MAX_SESSION_BYTES,
  packArchive: MAX_SESSION_BYTES,
  importTexts: MAX_SENT_IMPORT_BYTES,
}

/** Bytes of a request besides its files. */
const SLACK = 64 * 1024
const PART_BYTES = 768 * 1024

/** As many bytes as the frame of a request may have, in parts or not. */
export function mostOf(call: string): number {
  const files = Object.hasOwn(FILE_CALLS, call) ? FILE_CALLS[call as CallName] : undefined
  return files === undefined ? MAX_REQUEST_BYTES : files + SLACK
}

/** The messages that carry a request: itself, or its frame in pieces. Refused where it is too large. */
export function requestFrames(request: RequestMessage): Result<readonly Uint8Array<ArrayBuffer>[]> {
  const { id, call } = request
  const size = filesOf(request)
  if (size > mostOf(call)) return failure('too-large', tooLargeText(call, size))
  const frame = encodeMessage(request)
  const of = frame.length
  if (of > mostOf(call)) return failure('too-large', tooLargeText(call, of))
  if (of <= MAX_REQUEST_BYTES) return success([frame])
  const frames: Uint8Array<ArrayBuffer>[] = []
  for (let from = 0; from < of; from += PART_BYTES) {
    const bytes = frame.subarray(from, from + PART_BYTES)
    frames.push(encodeMessage({ part: { id, call, of, from, bytes } } satisfies PartMessage))
  }
  return success(frames)
}

/** Bytes of the files among the arguments of a request; nothing is encoded for it. */
function filesOf({ args }: RequestMessage): number {
  const sizeOf = (value: unknown): number => {
    if (value instanceof Uint8Array) return value.length
    if (typeof value !== 'object' || value === null) return 0
    return Object.values(value).reduce<number>((sum, member) => sum + sizeOf(member), 0)
  }
  return args.reduce<number>((sum, arg) => sum + sizeOf(arg), 0)
}

export function tooLargeText(call: string, bytes: number): string {
  const most = countText(mostOf(call))
  return `${call} has ${countText(bytes)} bytes, and at most ${most} can be sent to the server: choose less, or use the desktop application`
}

/** WebSocket close codes of the browser host. */
export const CLOSE_BAD_MESSAGE = 4400
export const CLOSE_NOT_WELCOME = 4401

/** The calls of the contract over any way to ask; the names come from CALL_NAMES. */
export function callsOver(
  ask: (call: CallName, args: readonly unknown[]) => Promise<unknown>,
): Calls {
  const names = Object.keys(CALL_NAMES) as CallName[]
  const calls = names.map((name) => [name, (...args: unknown[]) => ask(name, args)] as const)
  return Object.fromEntries(calls) as unknown as Calls
}

const ARRAY_TYPES = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const

type ArrayTypeName = keyof typeof ARRAY_TYPES
type NumberArray = InstanceType<(typeof ARRAY_TYPES)[ArrayTypeName]>

/** Type and element count of an array, in the order of the frame. */
type ArrayEntry = readonly [type: ArrayTypeName, length: number]

/** `PSW1`. */
const MAGIC = 0x31575350
const PREAMBLE = 8
const MAX_FRAME = 128 * 1024 * 1024
const MAX_HEADER = 16 * 1024 * 1024
const MAX_ARRAYS = 1024
const MAX_DEPTH = 64

function aligned(offset: number): number {
  return Math.ceil(offset / 8) * 8
}

/**
 * One frame of a value of plain data: null, booleans, finite numbers, strings, arrays, objects and
 * typed arrays. Members that are undefined are left out and -0 becomes 0, as in JSON. Anything else
 * is a mistake of the caller and throws.
 */
export function encodeMessage(value: unknown): Uint8Array<ArrayBuffer> {
  const arrays: NumberArray[] = []
  const packed = pack(value, arrays, 0)
  const list = arrays.map((a): ArrayEntry => [a[Symbol.toStringTag], a.length])
  const header = asciiJson({ value: packed, arrays: list })

  let size = PREAMBLE + header.length
  for (const a of arrays) size = aligned(size) + a.byteLength
  if (size > MAX_FRAME) throw new RangeError(`a message of ${size} bytes exceeds ${MAX_FRAME}`)

  const frame = new Uint8Array(size)
  const view = new DataView(frame.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, header.length, true)
  for (let i = 0; i < header.length; i++) frame[PREAMBLE + i] = header.charCodeAt(i)

  let offset = PREAMBLE + header.length
  for (const a of arrays) {
    offset = aligned(offset)
    frame.set(new Uint8Array(a.buffer, a.byteOffset, a.byteLength), offset)
    offset += a.byteLength
  }
  return frame
}

/** JSON whose characters are bytes: both sides do without a text codec. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function isNumberArray(value: object): value is NumberArray {
  return ArrayBuffer.isView(value) && Object.hasOwn(ARRAY_TYPES, typeTag(value))
}

function typeTag(value: object): string {
  return String((value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag])
}

/** True for object literals and what JSON makes, of any realm. */
function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function pack(value: unknown, arrays: NumberArray[], depth: number): unknown {
  if (depth > MAX_DEPTH) throw new RangeError(`a message nests deeper than ${MAX_DEPTH} levels`)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value !== 'object') throw uncarried(typeof value === 'number' ? value : typeof value)
  if (Array.isArray(value)) {
    return Array.from(value as unknown[], (item) => pack(item, arrays, depth + 1))
  }
  if (isNumberArray(value)) return packArray(value, arrays)
  if (isPlainObject(value)) return packMembers(value, arrays, depth)
  throw uncarried(typeTag(value))
}

function packArray(array: NumberArray, arrays: NumberArray[]): { $: number } {
  if (arrays.length === MAX_ARRAYS) {
    throw new RangeError(`a message holds more than ${MAX_ARRAYS} typed arrays`)
  }
  arrays.push(array)
  return { $: arrays.length - 1 }
}

function packMembers(
  object: Record<string, unknown>,
  arrays: NumberArray[],
  depth: number,
): Record<string, unknown> {
  const members: [string, unknown][] = []
  for (const [key, member] of Object.entries(object)) {
    if (key === '__proto__') throw uncarried('member "__proto__"')
    if (member === undefined) continue
    members.push([key.startsWith('$') ? `$${key}` : key, pack(member, arrays, depth + 1)])
  }
  return Object.fromEntries(members)
}

function uncarried(what: string | number): TypeError {
  return new TypeError(`a message cannot carry a value such as this: ${what}`)
}

/** Ends decoding of a frame that is not one of ours. */
class BadFrame extends Error {}

/** The value of a frame. Its arrays are copies: nothing refers to `bytes` afterwards. */
export function decodeMessage(
  bytes: Uint8Array,
  maxBytes = MAX_FRAME,
  maxHeader = MAX_HEADER,
): Result<unknown> {
  try {
    return success(decodeFrame(bytes, maxBytes, maxHeader))
  } catch (error) {
    if (error instanceof BadFrame) return failure('bad-input', `bad message: ${error.message}`)
    throw error
  }
}

function decodeFrame(bytes: Uint8Array, maxBytes: number, maxHeader: number): unknown {
  if (bytes.length > maxBytes) {
    throw new BadFrame(`${bytes.length} bytes, at most ${maxBytes} are taken`)
  }
  if (bytes.length < PREAMBLE) throw new BadFrame('shorter than its preamble')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== MAGIC) throw new BadFrame('not a Pinscope message')
  const headerLength = view.getUint32(4, true)
  if (headerLength > maxHeader) throw new BadFrame(`a header of ${headerLength} bytes`)
  if (PREAMBLE + headerLength > bytes.length) throw new BadFrame('its header is cut off')

  const header = parseHeader(bytes.subarray(PREAMBLE, PREAMBLE + headerLength))
  const arrays = readArrays(bytes, PREAMBLE + headerLength, header.arrays)
  return unpack(header.value, arrays, 0)
}

function parseHeader(ascii: Uint8Array): { value: unknown; arrays: readonly ArrayEntry[] } {
  let text = ''
  for (let i = 0; i < ascii.length; i += 8192) {
    text += String.fromCharCode(...ascii.subarray(i, i + 8192))
  }
  if (/[^\n\r\t -~]/.test(text)) throw new BadFrame('its header is not ASCII')
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch {
    throw new BadFrame('its header is not JSON')
  }
  if (typeof header !== 'object' || header === null || !('value' in header)) {
    throw new BadFrame('its header holds no value')
  }
  const arrays: unknown = 'arrays' in header ? header.arrays : null
  if (!Array.isArray(arrays) || arrays.length > MAX_ARRAYS || !arrays.every(isArrayEntry)) {
    throw new BadFrame('its list of arrays is not one')
  }
  return { value: header.value, arrays }
}

function isArrayEntry(entry: unknown): entry is ArrayEntry {
  if (!Array.isArray(entry) || entry.length !== 2) return false
  const [type, length] = entry as unknown[]
  return (
    typeof type === 'string' &&
    Object.hasOwn(ARRAY_TYPES, type) &&
    Number.isInteger(length) &&
    (length as number) >= 0
  )
}

function readArrays(bytes: Uint8Array, start: number, list: readonly ArrayEntry[]): NumberArray[] {
  let offset = start
  const arrays = list.map(([type, length]) => {
    const ArrayType = ARRAY_TYPES[type]
    const size = length * ArrayType.BYTES_PER_ELEMENT
    offset = aligned(offset)
    if (offset + size > bytes.length) throw new BadFrame('an array is cut off')
    const copy = new Uint8Array(size)
    copy.set(bytes.subarray(offset, offset + size))
    offset += size
    return new ArrayType(copy.buffer)
  })
  if (offset !== bytes.length) throw new BadFrame(`${bytes.length - offset} bytes too many`)
  return arrays
}

function unpack(value: unknown, arrays: readonly NumberArray[], depth: number): unknown {
  if (depth > MAX_DEPTH) throw new BadFrame(`it nests deeper than ${MAX_DEPTH} levels`)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => unpack(item, arrays, depth + 1))
  const entries = Object.entries(value)
  if (Object.hasOwn(value, '$')) {
    const index: unknown = entries.length === 1 ? entries[0]?.[1] : null
    const array = typeof index === 'number' ? arrays[index] : undefined
    if (array === undefined) throw new BadFrame('a reference to no array')
    return array
  }
  return Object.fromEntries(
    entries.map(([key, member]) => [memberName(key), unpack(member, arrays, depth + 1)]),
  )
}

function memberName(packed: string): string {
  if (packed === '__proto__') throw new BadFrame('a member is named "__proto__"')
  if (!packed.startsWith('$')) return packed
  if (!packed.startsWith('$$')) throw new BadFrame(`a member is named "${packed}"`)
  return packed.slice(1)
}
