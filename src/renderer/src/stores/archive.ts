/**
 * Recorded events in session files. They are looked at where a run cannot be made again as it was, and what a
 * file has of them is not lost by saving it again without the user's word.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { RunId } from '../../../shared/run'
import { failure, success, type Result } from '../../../shared/result'
import type { OpenedSession, SessionDoc } from '../../../shared/session'
import { usePinscope } from '../wire/pinscope'
import {
  archiveSources,
  keptProof,
  sidesOf,
  type ArchiveSource,
  type BySide,
  type Held,
} from './archive-plan'
import { useRecordingsStore } from './recordings'
import type { Work } from './session-doc'
import type { SavedSession, SessionFile } from './session-files'
import { SIDES, type SideName } from './side'
import { newToken } from './token'

/** Sides whose events are saved; or none of them. */
export type ArchiveChoice = BySide<boolean> | 'without'

/** The question that is open. */
export interface ArchiveQuestion {
  /** `losing`: the file that is saved has recorded events. */
  readonly why: 'wanted' | 'losing'
  readonly sources: BySide<ArchiveSource>
  readonly answer: (choice: ArchiveChoice | null) => void
}

interface Packing {
  readonly token: string
  /** 0..1 */
  readonly fraction: number
}

interface Reading {
  readonly side: SideName
  readonly token: string
  /** 0..1 */
  readonly fraction: number
}

export const useArchiveStore = defineStore('archive', () => {
  const pinscope = usePinscope()
  const recordings = useRecordingsStore()

  const held = shallowRef<Held | null>(null)
  const question = shallowRef<ArchiveQuestion | null>(null)
  /** Recorded events that are being read. */
  const reading = shallowRef<Reading | null>(null)
  /** A file is made with them, which takes seconds. */
  const packing = shallowRef<Packing | null>(null)
  /** Recordings that were made of a session file. */
  const viewed = new Set<RunId>()
  const sides = computed<readonly SideName[]>(() =>
    held.value === null ? [] : sidesOf(held.value),
  )

  pinscope.listen('onDidProgress', ({ token, fraction }) => {
    if (reading.value?.token === token) reading.value = { ...reading.value, fraction }
    if (packing.value?.token === token) packing.value = { token, fraction }
  })

  /** What a file that is open now has of them. */
  function took(file: SessionFile, opened: OpenedSession): void {
    held.value = heldOf(file, opened)
  }

  /** Null of a file that has none. */
  function heldOf(
    { name, path, bytes }: SessionFile,
    { doc, archive }: OpenedSession,
  ): Held | null {
    if (SIDES.every((side) => (archive[side]?.events ?? 0) === 0)) return null
    const file = new Blob([Uint8Array.from(bytes)])
    return { file, name, path, events: archive, runs: { a: doc.a, b: doc.b }, decided: null }
  }

  /** Shows the recorded events of a side in the place of its run. */
  async function view(side: SideName, from: Held | null = held.value): Promise<Result<null>> {
    if (from === null) return failure('not-found', 'the session holds no recorded events')
    if (reading.value !== null) return success(null)
    const token = newToken(`events-${side}`)
    reading.value = { side, token, fraction: 0 }
    try {
      const bytes = new Uint8Array(await from.file.arrayBuffer())
      const opened = await pinscope.openArchive(bytes, side, token)
      if (!opened.ok) return opened.error.code === 'cancelled' ? success(null) : opened
      viewed.add(opened.value.run)
      return await recordings.view(opened.value, side)
    } finally {
      reading.value = null
    }
  }

  function cancel(): void {
    const work = reading.value ?? packing.value
    if (work !== null) void pinscope.cancel(work.token)
  }

  /** Asks what is saved of them; null when nothing is to be saved at all. */
  async function ask(why: ArchiveQuestion['why'], work: Work): Promise<ArchiveChoice | null> {
    const decided = held.value?.decided ?? null
    if (why === 'losing' && decided !== null) return decided
    return await new Promise((resolve) => {
      question.value = {
        why,
        sources: archiveSources(work, held.value),
        answer: (choice) => {
          question.value = null
          resolve(choice)
        },
      }
    })
  }

  /** Bytes that the events of a side take in a file, about. */
  async function sizeOf(source: ArchiveSource): Promise<Result<number>> {
    if (source.from === 'run') return await pinscope.archiveSize(source.run)
    const size = held.value?.file.size ?? 0
    return success(source.from === 'kept' ? Math.round(size * source.share) : 0)
  }

  async function pack(
    doc: SessionDoc,
    choice: BySide<boolean>,
    work: Work,
  ): Promise<Result<Uint8Array<ArrayBuffer>>> {
    const sources = archiveSources(work, held.value)
    const wanted = { a: wantedOf(sources.a, choice.a), b: wantedOf(sources.b, choice.b) }
    const needsFile = SIDES.some((side) => wanted[side] === 'kept')
    const token = newToken('pack')
    packing.value = { token, fraction: 0 }
    try {
      const file = needsFile ? ((await held.value?.file.arrayBuffer()) ?? null) : null
      const kept = file === null ? null : new Uint8Array(file)
      return await pinscope.packArchive(doc, wanted, kept, token)
    } finally {
      packing.value = null
    }
  }

  /** What a file has now that it was saved. */
  async function wrote(
    { name, path }: SavedSession,
    bytes: Uint8Array<ArrayBuffer>,
    choice: ArchiveChoice,
  ): Promise<void> {
    if (choice === 'without') {
      held.value = null
      return
    }
    const read = await pinscope.unpackSession(bytes)
    if (!read.ok) return
    took({ name, path, bytes }, read.value)
    if (held.value !== null) held.value = { ...held.value, decided: choice }
  }

  /** True of the file that is saved when it has recorded events. */
  function isIn(path: string | null): boolean {
    return held.value !== null && held.value.path !== null && held.value.path === path
  }

  /** With what is known of runs that could not be made again. */
  function withKept<T extends Pick<SessionDoc, SideName>>(doc: T, work: Work): T {
    const { value: from } = held
    if (from === null) return doc
    const proven = (side: SideName): SessionDoc['a'] => {
      const proof = doc[side].proof ?? keptProof(work, from, side) ?? null
      return { ...doc[side], proof }
    }
    return { ...doc, a: proven('a'), b: proven('b') }
  }

  function isViewed(run: RunId | undefined): boolean {
    return run !== undefined && viewed.has(run)
  }

  return {
    ...{ held, sides, question, reading, packing },
    ...{ took, heldOf, view, cancel, ask, sizeOf, pack, wrote, isIn, withKept, isViewed },
  }
})

function wantedOf(source: ArchiveSource, isWanted: boolean): RunId | 'kept' | null {
  if (!isWanted || source.from === 'none') return null
  return source.from === 'run' ? source.run : 'kept'
}
