/** Where the window was and may be; nothing here knows Electron. */

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Bounds extends Size {
  readonly x: number
  readonly y: number
}

/** What is kept of a window from one start to the next. */
export interface WindowState {
  readonly bounds: Bounds
  readonly maximized: boolean
}

/** The size the layout is drawn for. */
const PREFERRED: Size = { width: 1440, height: 900 }

/** Below this the areas of the workbench no longer fit. */
const LEAST: Size = { width: 960, height: 600 }

/** Of a title bar so much must be on a screen, for the window to be moved by. */
const GRIP = 64

/** Size and least size of the first window on a screen with so much room. */
export function windowSize(room: Size): { readonly size: Size; readonly least: Size } {
  const fit = (wanted: Size): Size => ({
    width: Math.min(wanted.width, room.width),
    height: Math.min(wanted.height, room.height),
  })
  return { size: fit(PREFERRED), least: fit(LEAST) }
}

/** The kept state where its window can still be seen and held on one of the screens; else null. */
export function restorable(
  state: WindowState | null,
  screens: readonly Bounds[],
): WindowState | null {
  if (state === null) return null
  const { x, y, width } = state.bounds
  const isHeld = screens.some(
    (s) =>
      x + width - GRIP >= s.x &&
      x + GRIP <= s.x + s.width &&
      y >= s.y &&
      y + GRIP <= s.y + s.height,
  )
  return isHeld ? state : null
}

/** What a text that was kept says; null when it says nothing of the kind. */
export function readWindowState(text: string): WindowState | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { bounds, maximized } = value as Partial<Record<keyof WindowState, unknown>>
  if (typeof bounds !== 'object' || bounds === null) return null
  const { x, y, width, height } = bounds as Partial<Record<keyof Bounds, unknown>>
  return isCount(x) && isCount(y) && isCount(width) && isCount(height) && width > 0 && height > 0
    ? { bounds: { x, y, width, height }, maximized: maximized === true }
    : null
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 100_000
}
