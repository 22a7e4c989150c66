/** The browser's database of kept work, and its locks. */
import type { EntryStore, KeptEntry, Living } from './browser-recovery'

const DATABASE = 'pinscope'
const STORE = 'work'
const LOCK = 'pinscope-work-'

export function databaseStore(factory: IDBFactory): EntryStore {
  let opened: Promise<IDBDatabase> | null = null
  const open = (): Promise<IDBDatabase> => (opened ??= openDatabase(factory))

  async function all(): Promise<readonly KeptEntry[]> {
    const store = (await open()).transaction(STORE, 'readonly').objectStore(STORE)
    // Nobody but this file writes it.
    return (await resultOf<unknown[]>(store.getAll())) as KeptEntry[]
  }

  /** On the disk when it is done: a browser that ends takes nothing along. */
  async function change(make: (store: IDBObjectStore) => unknown): Promise<void> {
    const transaction = (await open()).transaction(STORE, 'readwrite', { durability: 'strict' })
    make(transaction.objectStore(STORE))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(errorOf(transaction))
    })
  }

  return {
    all,
    put: (entry) => change((store) => store.put(entry)),
    delete: (id) => change((store) => store.delete(id)),
  }
}

/** A lock per page, which the browser lets go when the page ends, however it does. */
export function lockedPages(locks: LockManager): Living {
  return {
    announce: (id) => {
      void locks.request(`${LOCK}${id}`, () => new Promise(() => undefined))
    },
    ids: async () => {
      const { held = [], pending = [] } = await locks.query()
      const names = [...held, ...pending].map(({ name }) => name ?? '')
      const ours = names.filter((name) => name.startsWith(LOCK))
      return new Set(ours.map((name) => name.slice(LOCK.length)))
    },
  }
}

async function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, 1)
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: 'id' })
  }
  return await resultOf(request)
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(errorOf(request))
  })
}

function errorOf({ error }: { readonly error: DOMException | null }): Error {
  return error ?? new Error('it gives no reason.')
}
