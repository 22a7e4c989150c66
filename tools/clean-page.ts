/** Tests of the window share one page: each finds it empty, with nothing kept. */
import { beforeEach, vi } from 'vitest'

beforeEach(() => {
  vi.unstubAllGlobals()
  localStorage.clear()
  sessionStorage.clear()
  document.body.replaceChildren()
})
