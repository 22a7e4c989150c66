/** Recorded events, as the session offers them when it was opened and asks for them when it is saved. */
import type { Result } from '../../../shared/result'
import type { OpenedSession, SessionDoc } from '../../../shared/session'
import { countText } from '../../../shared/text'
import { VERSION } from '../../../shared/version'
import type { Pinscope } from '../../../shared/contract'
import { useArchiveStore, type ArchiveChoice } from './archive'
import { lossText, sidesOf, sidesText, type Held } from './archive-plan'
import type { Notice, NoticeAction } from './session'
import type { Work } from './session-doc'
import type { SavedSession, SessionFile, SessionFiles } from './session-files'
import type { Remade } from './session-remake'
import type { SideName } from './side'

export interface EventsHooks {
  readonly pinscope: Pinscope
  readonly files: Pick<SessionFiles, 'check' | 'reopen'>
  readonly unpack: (bytes: Uint8Array) => Promise<Result<OpenedSession, unknown>>
  /** The file that saving writes to. */
  readonly path: () => string | null
  readonly refuse: (what: string, answer: Result<unknown>) => void
}

/** What was written, as it is told. */
export interface Written {
  readonly file: SavedSession
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly choice: ArchiveChoice
  readonly lines: readonly string[]
}

export function useSessionEvents({ pinscope, files, unpack, path, refuse }: EventsHooks) {
  const archive = useArchiveStore()
  /** The user's word on a save that waits for another. */
  let waiting: ArchiveChoice | null = null

  /** What is kept of work has no recorded events: the file that it belongs to may have some. */
  async function takeArchive(file: SessionFile, opened: OpenedSession): Promise<void> {
    const own = file.work === undefined || file.path === null ? null : await fileOfWork(file.path)
    if (own === null) archive.took(file, opened)
    else archive.took(own.file, own.opened)
  }

  /** Null where it cannot be read, or is another than it was: saving over it is asked about then. */
  async function fileOfWork(
    path: string,
  ): Promise<{ readonly file: SessionFile; readonly opened: OpenedSession } | null> {
    const state = await files.check(path)
    if (!state.ok || state.value !== 'same') return null
    const file = await files.reopen(path)
    if (!file.ok) return null
    const opened = await unpack(file.value.bytes)
    return opened.ok ? { file: file.value, opened: opened.value } : null
  }

  /** Offers those of runs that did not come out as they were saved, or that another version made. */
  function offersOf({ writer }: SessionDoc, { failures, differing }: Remade): NoticeAction[] {
    return archive.sides
      .filter((side) => failures.has(side) || differing.has(side) || writer !== VERSION)
      .map((side) => offer(side, archive.held))
  }

  /** Offers all that a file has of which no run could be made. */
  function offersOfUnmade(file: SessionFile, opened: OpenedSession): NoticeAction[] {
    const held = archive.heldOf(file, opened)
    return held === null ? [] : sidesOf(held).map((side) => offer(side, held))
  }

  function offer(side: SideName, held: Held | null): NoticeAction {
    const title = `View recorded events of ${side.toUpperCase()}`
    return { title, run: () => viewEvents(side, held) }
  }

  /** Shows recorded events in the place of a side's run: of the file that is open, or of another. */
  async function viewEvents(side: SideName, held: Held | null = archive.held): Promise<void> {
    refuse('The recorded events are not shown', await archive.view(side, held))
  }

  /** The user's word, where it is needed; null when nothing is to be saved. */
  async function eventsToSave(
    as: boolean,
    wanted: boolean,
    again: boolean,
    now: Work,
  ): Promise<ArchiveChoice | null> {
    const before = waiting
    waiting = null
    if (again && before !== null) return before
    if (wanted) return await archive.ask('wanted', now)
    return !as && archive.isIn(path()) ? await archive.ask('losing', now) : 'without'
  }

  /** The save waits: the same is wanted when it is asked for again. */
  function keepWaiting(choice: ArchiveChoice): void {
    waiting = choice
  }

  function giveUp(): void {
    waiting = null
  }

  async function pack(
    doc: SessionDoc,
    choice: ArchiveChoice,
    now: Work,
  ): Promise<Result<Uint8Array<ArrayBuffer>>> {
    return choice === 'without'
      ? await pinscope.packSession(doc)
      : await archive.pack(doc, choice, now)
  }

  /** Takes note of what was written, and says it. */
  async function tellSaved({ file, bytes, choice, lines }: Written): Promise<Notice> {
    const before = archive.held
    await archive.wrote(file, bytes, choice)
    const lost = before !== null && choice === 'without' ? [lossText(before, file)] : []
    const what =
      choice === 'without'
        ? ''
        : ` with the recorded events of ${sidesText(archive.sides)}: ${countText(bytes.length)} bytes`
    return { good: true, text: `Saved ${file.name}${what}.`, lines: [...lines, ...lost] }
  }

  return {
    ...{ takeArchive, offersOf, offersOfUnmade, viewEvents },
    ...{ eventsToSave, keepWaiting, giveUp, pack, tellSaved },
  }
}
