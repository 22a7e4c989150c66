/** What files are that were dropped on the window: by their names, else by how they begin. */

export type DroppedKind = 'session' | 'scenario' | 'texts'

/** The first bytes of a file tell. */
const LOOKED_AT = 256

export async function droppedKind(file: File): Promise<DroppedKind> {
  if (file.name.endsWith('.pinscope')) return 'session'
  if (file.name.endsWith('.json')) return 'scenario'
  const head = new Uint8Array(await file.slice(0, LOOKED_AT).arrayBuffer())
  if (head[0] === 0x89 && head[1] === 0x50) return 'session'
  return new TextDecoder().decode(head).trimStart().startsWith('{') ? 'scenario' : 'texts'
}

/** One kind of all files; null where they are of several, or more than one can be opened. */
export async function kindOfAll(files: readonly File[]): Promise<DroppedKind | null> {
  const kinds = new Set(await Promise.all(files.map(droppedKind)))
  const [kind] = kinds
  if (kind === undefined || kinds.size > 1) return null
  return kind === 'texts' || files.length === 1 ? kind : null
}
