/** A layout for tests: there is none here, so every element says that it is this high. */
import { vi } from 'vitest'

/** Undone by `vi.unstubAllGlobals` and `vi.restoreAllMocks`. */
export function stubHeights(px: number): void {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(px)
  vi.stubGlobal(
    'ResizeObserver',
    class {
      readonly #told: () => void
      constructor(told: () => void) {
        this.#told = told
      }
      observe(): void {
        this.#told()
      }
      disconnect(): void {
        return
      }
    },
  )
}

/** What is written to the clipboard from now on. */
export function stubClipboard(): string[] {
  const copied: string[] = []
  vi.stubGlobal('navigator', {
    clipboard: {
      writeText: (text: string) => {
        copied.push(text)
        return Promise.resolve()
      },
    },
  })
  return copied
}
