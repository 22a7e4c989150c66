/** A name for a piece of the engine's work, by which its progress is known and it can be cancelled. */
export function newToken(what: string): string {
  return `${what}-${Math.random().toString(36).slice(2)}`
}
