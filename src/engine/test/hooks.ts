/** Hooks of work that nobody watches or stops. */
export const HOOKS = {
  breathe: () => Promise.resolve(),
  isCancelled: () => false,
  onProgress: () => undefined,
}
