/**
 * Files of kept work, one per life of a page, written whole. They go when the work is saved, or when the
 * user does not want it; nothing else takes them away.
 */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../host/atomic-write'
import { failure, success, type Result } from '../shared/result'
import { MAX_SESSION_BYTES } from '../shared/session'
import type { LeftWork } from '../shared/recovery'
import { reasonOf } from '../host/rpc'
import { compare } from './session-disk'
import { decodeSession } from '../formats/session/decode'
import { packWork, unpackWork, type WorkFile, type WorkHead } from './work-file'

const ENDING = '.work'
const NAME = /^[\w-]{1,80}\.work$/
/** Of a write that was cut off; one that goes on is younger. */
const DRAFT = /^\..+\.tmp$/
const DRAFT_MS = 60_000
const MAX_BYTES = MAX_SESSION_BYTES + 65_536

export class RecoveryFolder {
  readonly #folder: string
  readonly #startedMs: number
  /** What was asked last of each file: one thing after the other. */
  readonly #last = new Map<string, Promise<unknown>>()

  /** `startedMs`: when this run of the application began. */
  constructor(folder: string, startedMs: number) {
    this.#folder = folder
    this.#startedMs = startedMs
  }

  keep(id: string, head: WorkHead, session: Uint8Array): Promise<Result<null>> {
    return this.#inTurn(id, async () => {
      await mkdir(this.#folder, { recursive: true })
      await writeFileAtomic(this.#path(id), packWork(head, session))
    })
  }

  drop(id: string): Promise<Result<null>> {
    return this.#inTurn(id, () => rm(this.#path(id), { force: true }))
  }

  /** The newest first. Pages that live are not among them. */
  async left(living: ReadonlySet<string>): Promise<readonly LeftWork[]> {
    const found: LeftWork[] = []
    for (const name of await this.#names()) {
      const id = name.slice(0, -ENDING.length)
      if (!living.has(id)) found.push(await this.#describe(id))
    }
    return found.toSorted((x, y) => y.atMs - x.atMs)
  }

  async read(id: string): Promise<Result<WorkFile>> {
    if (!NAME.test(`${id}${ENDING}`)) return failure('not-found', 'There is no such work.')
    const path = this.#path(id)
    try {
      const { size } = await stat(path)
      if (size > MAX_BYTES) return failure('too-large', `${path} is too large to be kept work.`)
      return success(unpackWork(new Uint8Array(await readFile(path))))
    } catch (error) {
      return failure('not-found', `${path} cannot be read: ${reasonOf(error)}.`)
    }
  }

  async #describe(id: string): Promise<LeftWork> {
    const path = this.#path(id)
    const changedMs = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    )
    const file = await this.read(id)
    const head = file.ok ? file.value.head : null
    const { name = '', scenario = '', kernels = '' } = head ?? {}
    const { forks = 0, bookmarks = 0, stops = 0 } = head ?? {}
    const closed = file.ok ? closedReason(file.value.session) : null
    const problem = file.ok ? problemOf(path, file.value.problem, closed) : file.error.message
    const atMs = head?.atMs ?? changedMs
    const disk = head?.path == null ? null : await compare(head.path, head.stamp, false)
    return {
      ...{ id, name, scenario, kernels, forks, bookmarks, stops, atMs },
      path: head?.path ?? null,
      disk: disk?.state ?? 'same',
      ofThisRun: changedMs >= this.#startedMs,
      problem,
      opens: file.ok && closed === null,
    }
  }

  async #names(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch(() => [])
    for (const name of names.filter((n) => DRAFT.test(n))) await this.#sweep(name)
    return names.filter((name) => NAME.test(name))
  }

  async #sweep(draft: string): Promise<void> {
    const path = join(this.#folder, draft)
    const found = await stat(path).catch(() => null)
    if (found !== null && Date.now() - found.mtimeMs > DRAFT_MS) await rm(path, { force: true })
  }

  /** True of work that is there, however damaged. */
  async has(id: string): Promise<boolean> {
    return NAME.test(`${id}${ENDING}`) && (await stat(this.#path(id)).catch(() => null)) !== null
  }

  #path(id: string): string {
    return join(this.#folder, `${id}${ENDING}`)
  }

  async #inTurn(id: string, work: () => Promise<unknown>): Promise<Result<null>> {
    const before = this.#last.get(id) ?? Promise.resolve()
    const mine = before.then(work, work)
    this.#last.set(id, mine)
    try {
      await mine
      return success(null)
    } catch (error) {
      return failure(
        'bad-input',
        `The work cannot be kept in ${this.#folder}: ${reasonOf(error)}. Save the session, so that nothing is lost.`,
      )
    } finally {
      if (this.#last.get(id) === mine) this.#last.delete(id)
    }
  }
}

/** Why no session can be made of the bytes; null where one can, be it with parts lost. */
function closedReason(session: Uint8Array): string | null {
  const read = decodeSession(session)
  if (read.ok) return null
  const { code, message } = read.error
  if (code === 'damaged') return 'its recipe is lost, and without it no run can be made again'
  return code === 'not-a-session' ? 'no session is in it' : message.replace(/\.$/, '')
}

function problemOf(path: string, damage: string | null, closed: string | null): string | null {
  const parts = [...new Set([damage, closed])].filter((part) => part !== null)
  return parts.length === 0 ? null : `${path}: ${parts.join('; ')}`
}
