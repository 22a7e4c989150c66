/** Recorded events in pieces: each is checked for itself, and they are taken up to the first that is missing. */
import * as v from 'valibot'
import type { ArchiveInfo, ArchivePiece } from '../../shared/session'
import { BadPart, readJson } from './json'
import { events as pieceSchema } from './schema'

/** Up to the first that is missing. */
export function* wholePieces(pieces: readonly Uint8Array[]): Generator<ArchivePiece> {
  let events = 0
  for (const bytes of pieces) {
    const piece = readPiece(bytes)
    if (piece?.from !== events) return
    events += piece.count
    yield piece
  }
}

export function archiveOf(pieces: readonly Uint8Array[]): ArchiveInfo & { readonly text: string } {
  let events = 0
  let of = 0
  const texts: string[] = []
  for (const bytes of pieces) {
    const piece = readPiece(bytes)
    if (piece === null) break
    of = Math.max(of, piece.of)
    if (piece.from !== events) break
    events += piece.count
    texts.push(piece.text)
  }
  return { events, of, text: texts.join('') }
}

function readPiece(bytes: Uint8Array): v.InferOutput<typeof pieceSchema> | null {
  try {
    const piece = v.safeParse(pieceSchema, readJson(bytes), { abortEarly: true })
    return piece.success ? piece.output : null
  } catch (error) {
    if (!(error instanceof BadPart)) throw error
    return null
  }
}
