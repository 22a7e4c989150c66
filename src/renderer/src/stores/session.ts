/**
 * The session: what of the window's work is in a file. Opening makes all runs again before anything on
 * screen changes; where that fails, what is open stays as it is.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { RunSummary } from '../../../shared/run'
import { failure, success, type Failure, type Result } from '../../../shared/result'
import {
  SESSION_VERSION,
  type OpenedSession,
  type RunProof,
  type SessionDoc,
  type SessionPreview,
  type SessionRefusal,
} from '../../../shared/session'
import { countText } from '../../../shared/text'
import { VERSION } from '../../../shared/version'
import { usePinscope } from '../wire/pinscope'
import { useArchiveStore, type ArchiveChoice } from './archive'
import { useBookmarksStore } from './bookmarks'
import { useComparisonStore } from './comparison'
import { useDebugStore } from './debug'
import { useForksStore } from './forks'
import {
  fingerprint,
  nameOfFile,
  ownProofs,
  restoredTree,
  scenariosOf,
  shownForks,
  withScenarioIds,
  workDoc,
  type Proofs,
  type Work,
} from './session-doc'
import { useDisk } from './session-disk'
import { useSessionEvents } from './session-events'
import { usePreviewStore } from './session-preview'
import { sessionFiles, type SessionFile } from './session-files'
import { forget, remake, type Remade, type RemakeStep } from './session-remake'
import { useSessionView } from './session-view'
import { foreignOf, SIDES } from './side'

/** What became of opening or saving, to be read and closed. */
export interface Notice {
  readonly good: boolean
  readonly text: string
  readonly lines: readonly string[]
  /** What can be done about it. */
  readonly actions?: readonly NoticeAction[]
}

export interface NoticeAction {
  readonly title: string
  readonly run: () => unknown
}

export interface Opening extends RemakeStep {
  readonly name: string
  readonly events: number
}

export const useSessionStore = defineStore('session', () => {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  const forks = useForksStore()
  const bookmarks = useBookmarksStore()
  const debug = useDebugStore()
  const view = useSessionView()
  const archive = useArchiveStore()
  const files = sessionFiles(window.pinscopeShell)
  const previews = usePreviewStore()

  /** Empty before it was saved or opened. */
  const name = ref('')
  const path = ref<string | null>(null)
  const note = ref('')
  /** The work that is in the file; of a session without one, what it began with. Null before that. */
  const saved = ref<string | null>(null)
  const opening = shallowRef<Opening | null>(null)
  const saving = ref(false)
  const notice = shallowRef<Notice | null>(null)
  /** A file that waits for the user's word on what is not saved. */
  const waiting = shallowRef<SessionFile | null>(null)

  const work = computed<Work>(() => ({
    recipeOf: (kernel) => ({
      scenario: comparison.scenarioId,
      seed: comparison.seed,
      set: comparison.set,
      kernel,
    }),
    sides: { a: comparison.a, b: comparison.b },
    tree: forks.tree,
    homes: forks.homes,
    bookmarks: bookmarks.list,
    debug: debug.sides,
  }))
  const print = computed(() => fingerprint(work.value))
  const changed = computed(() => saved.value !== null && print.value !== saved.value)
  /** A text that is another whenever there is more to be kept; null where nothing is, as all is saved. */
  const mark = computed(() =>
    changed.value ? `${print.value}${JSON.stringify(view.keep(shownForks(work.value)))}` : null,
  )
  const busy = computed(() => opening.value !== null || saving.value)

  watch(
    () => comparison.settled,
    (settled) => {
      if (settled) saved.value ??= fingerprint(work.value)
    },
  )
  pinscope.listen('onDidProgress', ({ token, events }) => {
    if (opening.value?.token === token) opening.value = { ...opening.value, events }
  })

  function refuse(
    what: string,
    { message }: Failure,
    lines: readonly string[] = [],
    actions: readonly NoticeAction[] = [],
  ): void {
    notice.value = { good: false, text: `${what}: ${message}`, lines, actions }
  }

  /** A file that is too new says what it holds, as far as that can be read. */
  function refuseFile(file: string, error: SessionRefusal): void {
    const { preview } = error
    const look = (shown: SessionPreview): NoticeAction => ({
      title: 'Look at its recipe',
      run: () => previews.show(file, shown),
    })
    refuse(`${file} was not opened`, error, [], preview === undefined ? [] : [look(preview)])
  }

  /** Lets the user choose a file. */
  async function choose(): Promise<void> {
    if (busy.value) return
    take(await files.open())
  }

  async function drop(file: File): Promise<void> {
    if (busy.value) return
    take(await files.openDropped(file))
  }

  /** A file that was read; the user is asked before work that is not saved is replaced. */
  function take(file: Result<SessionFile | null>): void {
    if (!file.ok) refuse('No session was opened', file.error)
    else if (file.value !== null && !busy.value) {
      if (changed.value) waiting.value = file.value
      else void open(file.value)
    }
  }

  /** The user's word on what is not saved. */
  async function decide(how: 'save' | 'discard' | 'stay'): Promise<void> {
    const file = waiting.value
    waiting.value = null
    if (file === null || how === 'stay') return
    if (how === 'discard' || (await save())) await open(file)
  }

  const events = useSessionEvents({
    pinscope,
    files,
    unpack,
    path: () => path.value,
    refuse: (what, answer) => {
      if (!answer.ok) refuse(what, answer.error)
    },
  })
  const { offersOf, offersOfUnmade, viewEvents, takeArchive } = events
  const { eventsToSave, keepWaiting, giveUp, pack, tellSaved } = events

  let keepFirst = (): Promise<unknown> => Promise.resolve()
  const disk = useDisk({
    files,
    idlePath: () => (busy.value ? null : path.value),
    tell: (text, action) => {
      notice.value = { good: false, text, lines: [], actions: action === null ? [] : [action] }
    },
    open,
    save,
    changed: () => changed.value,
    giveUp,
  })

  async function open(file: SessionFile): Promise<void> {
    if (busy.value) return
    const what = `${file.name} was not opened`
    notice.value = null
    opening.value = { name: file.name, token: '', what: 'its parts', done: 0, of: 1, events: 0 }
    try {
      const read = await unpack(file.bytes)
      if (!read.ok) {
        refuseFile(file.name, read.error)
        return
      }
      const { doc, recovered, version, unread } = read.value
      const made = await remake(pinscope, doc, (step) => {
        opening.value = { ...step, name: file.name, events: 0 }
      })
      const shown = made.ok ? await show(doc, made.value) : made
      if (!made.ok || !shown.ok) {
        if (!shown.ok)
          refuse(what, shown.error, unread, made.ok ? [] : offersOfUnmade(file, read.value))
        return
      }
      const refused = await setUp(doc)
      name.value = file.work?.name ?? nameOfFile(file.name)
      path.value = file.path
      if (file.path !== null && file.work === undefined) files.took(file.path)
      note.value = doc.note
      // Work that was found again is in no file.
      saved.value = file.work === undefined ? print.value : ''
      await takeArchive(file, read.value)
      const lines = [
        ...(recovered === null ? [] : [recovered.text]),
        ...unread.map(
          (why) => `Cannot be read, and is not in the file when it is saved again: ${why}`,
        ),
        ...made.value.problems,
        ...refused.map((line) => `Not set again: ${line}`),
      ]
      const opened = openedNotice(file, doc, made.value, lines)
      const text = `${opened.text}${olderText(version, file)}`
      notice.value = { ...opened, text, actions: offersOf(doc, made.value) }
      // From here on it is what the window keeps; before, nothing is kept of a session that is being opened.
      opening.value = null
      file.work?.opened(recovered === null && unread.length === 0)
    } finally {
      opening.value = null
    }
  }

  /** What is in the file; its own scenarios are brought first, and may get other ids here. */
  async function unpack(bytes: Uint8Array): Promise<Result<Unpacked, SessionRefusal>> {
    const read = await pinscope.unpackSession(bytes)
    if (!read.ok) return read
    const ids = new Map<string, string>()
    const unread: string[] = []
    for (const text of read.value.doc.scenarios) {
      const own = await comparison.bring(text, 'a scenario of its own')
      if (own.ok) ids.set(own.value.asked, own.value.info.id)
      // Runs of others can be made all the same.
      else if (own.error.code === 'bad-input') unread.push(own.error.message)
      else return own
    }
    return success({ ...read.value, doc: withScenarioIds(read.value.doc, ids), unread })
  }

  /** The new runs in the place of those on screen; these come back where it cannot be done. */
  async function show(doc: SessionDoc, made: Remade): Promise<Result<null>> {
    const before = { tree: forks.tree, homes: forks.homes, debug: debug.sides }
    const last = Math.max(0, ...before.tree.map(({ id }) => id))
    const { tree, homes } = restoredTree(doc, made.runs, last)
    debug.forget()
    forks.replace(tree, homes)
    const shown = Object.fromEntries(
      SIDES.flatMap((side) => {
        const fork = doc.view.shown[side]
        const summary: RunSummary | undefined =
          (fork === null ? undefined : made.runs.get(fork)) ?? made.runs.get(side)
        return summary === undefined ? [] : [[side, summary]]
      }),
    )
    const answer = await comparison.show(shown)
    if (!answer.ok) {
      forks.replace(before.tree, before.homes)
      debug.sides = before.debug
      forget(pinscope, made.runs)
      return answer
    }
    for (const side of SIDES) {
      const why = made.failures.get(side)
      if (why !== undefined && shown[side] === undefined)
        comparison.showFailure(side, doc[side].recipe.kernel, why)
    }
    for (const { run } of before.tree) if (run !== null) void pinscope.drop(run)
    return success(null)
  }

  /** Bookmarks, view and debuggers; what was refused of the last. */
  async function setUp(doc: SessionDoc): Promise<readonly string[]> {
    bookmarks.replace(doc.bookmarks)
    await view.restore(doc.view)
    const refused: string[] = []
    for (const side of SIDES) {
      const { lines, watches } = doc.debug[side]
      refused.push(...(await debug.setUp(side, lines, watches)))
    }
    return refused
  }

  async function cancel(): Promise<void> {
    if (opening.value !== null) await pinscope.cancel(opening.value.token)
  }

  /** True when it is saved; where it is not, what is open stays, with the reason. */
  async function save(as = false, over = false, withEvents = false): Promise<boolean> {
    if (busy.value) return false
    saving.value = true
    try {
      await view.settled()
      await keepFirst()
      const now = work.value
      const choice = await eventsToSave(as, withEvents, as || over, now)
      if (choice === null) return false
      const suggested = title()
      const doc = docOf(now, suggested, await proofsOf(now))
      const bytes = await pack(doc, choice, now)
      const written = bytes.ok
        ? await files.save(bytes.value, as ? null : path.value, suggested, over)
        : bytes
      if (!written.ok) notWritten(written.error, choice)
      if (!written.ok || written.value === null || !bytes.ok) return false
      name.value = nameOfFile(written.value.name)
      path.value = written.value.path
      saved.value = fingerprint(now)
      const lines = [...missingLines(doc), ...recordingLines()]
      notice.value = await tellSaved({ file: written.value, bytes: bytes.value, choice, lines })
      return true
    } finally {
      saving.value = false
    }
  }

  /** What another program changed waits for the user's word. */
  function notWritten(error: Failure, choice: ArchiveChoice): void {
    if (error.code === 'changed-on-disk') {
      keepWaiting(choice)
      disk.conflict.value = true
    } else if (error.code === 'cancelled') {
      const text = 'Saving was cancelled; no file was written.'
      notice.value = { good: true, text, lines: [] }
    } else refuse('The session was not saved', error)
  }

  /** What is shown and no part of a session. */
  function recordingLines(): string[] {
    return SIDES.flatMap((side) => {
      const name = foreignOf(comparison[side])?.name
      const run = side.toUpperCase()
      return name === undefined || archive.isViewed(comparison[side].shown?.summary.run)
        ? []
        : [
            `The recording ${name} that ${run} shows is not in the file, the run of ${run} is: keep ${name} itself.`,
          ]
    })
  }

  function title(): string {
    return name.value === '' ? comparison.scenarioId : name.value
  }

  async function proofsOf(now: Work): Promise<Proofs> {
    const proofs = new Map<number, RunProof>()
    for (const { id, run } of now.tree) {
      const proof = run === null ? failure('not-found', '') : await pinscope.proof(run)
      if (proof.ok) proofs.set(id, proof.value)
    }
    return proofs
  }

  function docOf(now: Work, called: string, proofs: Proofs): SessionDoc {
    const doc = archive.withKept(workDoc(now, proofs), now)
    return {
      writer: VERSION,
      name: called,
      note: note.value,
      scenarios: scenariosOf(doc).flatMap((id) => comparison.ownText(id) ?? []),
      ...doc,
      view: view.keep(shownForks(now)),
    }
  }

  /** The session as it is, without a question to anybody. */
  function docNow(): SessionDoc {
    return docOf(work.value, title(), ownProofs(work.value.tree))
  }

  /** From now on this is done before anything is saved: what is kept is never older than the file. */
  function beforeSaving(keep: () => Promise<unknown>): void {
    keepFirst = keep
  }

  /** Something about the session that the user should know. */
  function warn(text: string): void {
    notice.value = { good: false, text, lines: [] }
  }

  function dismiss(): void {
    notice.value = null
  }

  return {
    ...{ name, path, changed, mark, busy, opening, saving, notice, waiting },
    ...{
      choose,
      drop,
      take,
      decide,
      cancel,
      save,
      dismiss,
      docNow,
      warn,
      beforeSaving,
      viewEvents,
    },
    ...disk,
  }
})

/** A session whose own scenarios were brought, and why some could not be. */
interface Unpacked extends OpenedSession {
  readonly unread: readonly string[]
}

function openedNotice(
  { name, work }: SessionFile,
  doc: SessionDoc,
  { same, runs }: Remade,
  lines: readonly string[],
): Notice {
  const proven = [doc.a, doc.b, ...doc.forks].filter(({ proof }) => proof !== null).length
  const unproven = runs.size - proven
  const counts = [
    ...(proven > 0
      ? [`${countText(same)} of ${runsText(proven)} came out as they were saved`]
      : []),
    ...(unproven > 0 ? [`of ${runsText(unproven)} nothing was kept to compare with`] : []),
  ].join('; ')
  const done = work === undefined ? `Opened ${name}` : `Restored ${name}, which is not saved yet`
  const text = `${done}${lines.length === 0 ? '' : ', with differences'}: ${counts}.`
  return { good: lines.length === 0, text, lines }
}

/** What becomes of a file in an older format; nothing of one of today. */
function olderText(version: number, { path, name, work }: SessionFile): string {
  if (version === SESSION_VERSION || work !== undefined) return ''
  const kept = path === null ? '' : `; then ${name}~ keeps it as it was`
  return ` The file has the older format ${version} and stays as it is until you save${kept}.`
}

function runsText(n: number): string {
  return `${countText(n)} ${n === 1 ? 'run' : 'runs'}`
}

/** What a file was saved without. */
function missingLines({ a, b }: SessionDoc): string[] {
  const without = (side: string): string =>
    `Run ${side} had not come to its end: its recipe is saved, and nothing to compare it with.`
  return [...(a.proof === null ? [without('A')] : []), ...(b.proof === null ? [without('B')] : [])]
}
