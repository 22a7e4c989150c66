/**
 * Kept work in a browser: in its database, one entry per tab. A tab holds a lock as long as it lives, so the
 * others know whose work was left.
 */
import type { Pinscope } from '../../../shared/contract'
import { workInfo, type LeftWork, type Recovery, type WorkInfo } from '../../../shared/recovery'
import { failure, success, type Result } from '../../../shared/result'
import type { SessionDoc } from '../../../shared/session'

/** An entry of the database; the session as text. */
export interface KeptEntry extends WorkInfo {
  readonly id: string
  readonly atMs: number
  readonly text: string
}

export interface EntryStore {
  readonly put: (entry: KeptEntry) => Promise<void>
  readonly all: () => Promise<readonly KeptEntry[]>
  readonly delete: (id: string) => Promise<void>
}

export interface Living {
  /** Others see it until this page ends. */
  readonly announce: (id: string) => void
  readonly ids: () => Promise<ReadonlySet<string>>
}

export function browserRecovery(
  pinscope: Pick<Pinscope, 'packSession'>,
  store: EntryStore,
  living: Living,
  own: string,
): Recovery {
  living.announce(own)
  return {
    keep: (doc, of) =>
      told(async () => {
        const text = JSON.stringify(doc)
        await store.put({ ...workInfo(doc, of), id: own, atMs: Date.now(), text })
        return null
      }),
    clear: () => told(() => store.delete(own).then(() => null)),
    discard: (id) => told(() => store.delete(id).then(() => null)),
    left: () =>
      told(async () => {
        const [all, alive] = await Promise.all([store.all(), living.ids()])
        const left = all.filter(({ id }) => id !== own && !alive.has(id))
        return left.toSorted((x, y) => y.atMs - x.atMs).map(leftOf)
      }),
    read: async (id) => {
      const found = await told(() => store.all())
      if (!found.ok) return found
      const entry = found.value.find((kept) => kept.id === id)
      const doc = entry === undefined ? null : docOf(entry.text)
      if (doc === null) return failure('not-found', 'This work is not kept any more.')
      const bytes = await pinscope.packSession(doc)
      return bytes.ok ? success({ bytes: bytes.value }) : bytes
    },
  }
}

function leftOf({ text, ...entry }: KeptEntry): LeftWork {
  const opens = docOf(text) !== null
  const problem = opens ? null : 'no session is in what the browser kept'
  return { ...entry, ofThisRun: false, disk: 'same', problem, opens }
}

/** What it is the engine checks. */
function docOf(text: string): SessionDoc | null {
  try {
    return JSON.parse(text) as SessionDoc
  } catch {
    return null
  }
}

async function told<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return success(await work())
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return failure(
      'internal',
      `The browser does not keep work that is not saved: ${reason} Save the session, so that nothing is lost.`,
    )
  }
}
