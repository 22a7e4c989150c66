export interface Size {
  readonly width: number
  readonly height: number
}

/** The size the layout is drawn for. */
const PREFERRED: Size = { width: 1440, height: 900 }

/** Below this the three columns of the workbench no longer fit. */
const LEAST: Size = { width: 960, height: 600 }

/** Size and least size of the first window on a screen with so much room. */
export function windowSize(room: Size): { readonly size: Size; readonly least: Size } {
  const fit = (wanted: Size): Size => ({
    width: Math.min(wanted.width, room.width),
    height: Math.min(wanted.height, room.height),
  })
  return { size: fit(PREFERRED), least: fit(LEAST) }
}
