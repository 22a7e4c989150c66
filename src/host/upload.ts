/** A request that comes in parts. Nothing is kept of one that is too large, and no more than one at a time. */
import { MAX_REQUEST_BYTES, decodeMessage, mostOf, tooLargeText } from '../shared/wire'
import { failure, type Result } from '../shared/result'
import { readRequest, type RawRequest } from './rpc'

/** What became of a part. */
export type Taken =
  | { readonly kind: 'more' }
  | { readonly kind: 'request'; readonly request: RawRequest }
  /** Refused once; its other parts are let fall. */
  | { readonly kind: 'refused'; readonly id: number; readonly result: Result<never> }
  /** None of ours: whoever sends such a thing is not answered. */
  | { readonly kind: 'broken' }

interface Part {
  readonly id: number
  readonly call: string
  readonly of: number
  readonly from: number
  readonly bytes: Uint8Array
}

/** The parts that came, of a request that is not whole. */
interface Open extends Omit<Part, 'bytes'> {
  /** Null: it was refused. */
  readonly bytes: Uint8Array | null
}

const MORE: Taken = { kind: 'more' }
const BROKEN: Taken = { kind: 'broken' }

export class Upload {
  #open: Open | null = null

  take(part: Part): Taken {
    const { id, call, of, from, bytes } = part
    const open = this.#open ?? begun(part)
    const end = from + bytes.length
    if (!follows(open, part) || bytes.length === 0 || end > of) return BROKEN
    open.bytes?.set(bytes, from)
    this.#open = end === of ? null : { ...open, from: end }
    if (from === 0 && open.bytes === null) {
      return { kind: 'refused', id, result: failure('too-large', tooLargeText(call, of)) }
    }
    return end === of && open.bytes !== null ? whole(open, open.bytes) : MORE
  }
}

function follows(open: Open, part: Part): boolean {
  return (['id', 'call', 'of', 'from'] as const).every((member) => open[member] === part[member])
}

/** Memory is taken only for what may be as large. */
function begun({ id, call, of }: Part): Open {
  return { id, call, of, from: 0, bytes: of <= mostOf(call) ? new Uint8Array(of) : null }
}

/** Only its files may be large. */
function whole({ id, call }: Open, bytes: Uint8Array): Taken {
  const message = decodeMessage(bytes, bytes.length, MAX_REQUEST_BYTES)
  const request = message.ok ? readRequest(message.value) : null
  return request?.id === id && request.call === call ? { kind: 'request', request } : BROKEN
}

/** The part in a message, or null when it holds none. */
export function readPart(message: unknown): Part | null {
  if (typeof message !== 'object' || message === null || !('part' in message)) return null
  const { part } = message
  if (typeof part !== 'object' || part === null) return null
  const { id, call, of, from, bytes } = part as Record<string, unknown>
  const isRight =
    [id, of, from].every((n) => Number.isSafeInteger(n) && (n as number) >= 0) &&
    typeof call === 'string' &&
    bytes instanceof Uint8Array
  return isRight ? (part as Part) : null
}
