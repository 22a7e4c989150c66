/** How large the areas around the runs are at first: in a small window they leave the runs their room. Pure. */

/** CSS pixels. */
export interface FirstSizes {
  readonly left: number
  readonly right: number
  readonly lower: number
}

/** Of a window of 1440 x 900, which larger ones have too. */
const FULL = { width: 1440, height: 900, left: 256, right: 320, lower: 264 }
const LEAST: FirstSizes = { left: 224, right: 280, lower: 180 }

/** @param width of the window, CSS px, as `height` */
export function firstSizes(width: number, height: number): FirstSizes {
  const scaled = (name: keyof FirstSizes, part: number): number =>
    Math.max(LEAST[name], Math.min(FULL[name], Math.round(FULL[name] * part)))
  return {
    left: scaled('left', width / FULL.width),
    right: scaled('right', width / FULL.width),
    lower: scaled('lower', height / FULL.height),
  }
}
