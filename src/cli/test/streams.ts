import type { Streams } from '../commands'

/** Where a command under test writes. */
export function streams(): Streams & {
  readonly stdout: () => string
  readonly stderr: () => string
} {
  let out = ''
  let err = ''
  return {
    out: (text) => (out += text),
    err: (text) => (err += text),
    live: false,
    stdout: () => out,
    stderr: () => err,
  }
}
