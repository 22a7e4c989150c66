import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PAGE_CLASSES } from '../../../shared/page-map'
import { chartPalette, mapPalette, toAbgr } from './palette'

const tokens = readFileSync(join(import.meta.dirname, '../styles/tokens.css'), 'utf8')
const [dark = '', light = '', contrasting = ''] = tokens.split(/:root\[data-theme='\w+'\]/)

/** A reader of one theme's block of the style sheet. */
function reader(css: string): (name: string) => string {
  return (name) => new RegExp(`${name}: (#[\\da-f]+)`).exec(css)?.[1] ?? ''
}

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

describe('toAbgr', () => {
  it('turns #rrggbb into the pixel of a canvas, alpha first', () => {
    expect(toAbgr('#ff6b57')).toBe(0xff576bff)
    expect(toAbgr('#fff')).toBe(0xffffffff)
    expect(toAbgr('')).toBe(0xff000000)
  })
})

describe.each([
  ['dark', dark],
  ['light', light],
  ['contrast', contrasting],
])('the %s theme', (_name, css) => {
  const token = reader(css)

  it('names a colour for every class of page, no two the same', () => {
    const colours = PAGE_CLASSES.map((name) => token(`--page-${name}`))
    expect(colours.every((c) => /^#[\da-f]{6}$/.test(c))).toBe(true)
    expect(new Set(colours).size).toBe(PAGE_CLASSES.length)
    const named = ['--surface', '--warn', '--text', '--mark-why', '--mark-debug', '--mark-filter']
    expect(Object.values(mapPalette(token))).toEqual(named.map((name) => toAbgr(token(name))))
    expect(Object.values(chartPalette(token))).not.toContain('')
  })

  it('has text of contrast 7, muted text of 4.5 and controls of 3 on every surface', () => {
    for (const ground of ['--bg', '--surface', '--raised']) {
      expect(contrast(token('--text'), token(ground))).toBeGreaterThanOrEqual(7)
      for (const text of ['--muted', '--accent', '--good', '--bad', '--warn']) {
        expect(contrast(token(text), token(ground))).toBeGreaterThanOrEqual(4.5)
      }
      expect(contrast(token('--control'), token(ground))).toBeGreaterThanOrEqual(3)
    }
    expect(contrast(token('--on-accent'), token('--accent'))).toBeGreaterThanOrEqual(4.5)
  })

  it('has colours for owners that differ to every eye, and from what is nobody’s', () => {
    const names = [...numbered('cat', 8), '--cat-other', '--map-quiet']
    expect(leastDifference(names.map(token))).toBeGreaterThan(0.13)
  })

  it('has colours for kinds of pins and for what would block that differ to every eye', () => {
    const pins = [...numbered('pin', 4), '--map-quiet']
    expect(leastDifference(pins.map(token))).toBeGreaterThan(0.1)
    const block = ['--page-absent', '--map-takeable', '--page-pinned-long']
    expect(leastDifference(block.map(token))).toBeGreaterThan(0.13)
    const migratetypes = ['--cat-7', '--cat-4', '--map-quiet', '--cat-other', '--cat-6', '--cat-1']
    expect(leastDifference(migratetypes.map(token))).toBeGreaterThan(0.13)
  })

  it('tells ages by one ramp that only grows fainter', () => {
    const ground = luminance(token('--surface'))
    const steps = numbered('age', 9).map((name) => Math.abs(luminance(token(name)) - ground))
    expect(steps).toEqual(steps.toSorted((x, y) => y - x))
    expect(leastDifference(numbered('age', 9).map(token))).toBeGreaterThan(0.04)
  })

  it('points out with colours that stand out from the ground', () => {
    for (const name of ['--mark-why', '--mark-debug', '--mark-filter']) {
      expect(contrast(token(name), token('--surface'))).toBeGreaterThanOrEqual(4.5)
    }
  })
})

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `--${name}-${i + 1}`)
}

/** What the three kinds of eyes see of linear red, green and blue: Machado and others, 2009, severity 1. */
const EYES: readonly (readonly (readonly number[])[])[] = [
  [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  // Protanopia.
  [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  // Deuteranopia.
  [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
]

/** The least distance of two of the colours in OKLab, to the eye that sees the least of it. */
function leastDifference(colours: readonly string[]): number {
  const seen = EYES.map((eye) => colours.map((colour) => okLab(times(eye, linear(colour)))))
  let least = Infinity
  for (const points of seen) {
    for (const [i, p] of points.entries()) {
      for (const q of points.slice(i + 1)) {
        least = Math.min(least, Math.hypot(...p.map((v, k) => v - (q[k] ?? 0))))
      }
    }
  }
  return least
}

function linear(hex: string): number[] {
  const long = hex.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3')
  return [1, 3, 5].map((at) => {
    const c = Number.parseInt(long.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
}

function times(matrix: readonly (readonly number[])[], v: readonly number[]): number[] {
  return matrix.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, x, i) => sum + x * (v[i] ?? 0), 0),
      ),
    ),
  )
}

function okLab(rgb: readonly number[]): number[] {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  ).map(Math.cbrt)
  const [l = 0, m = 0, s = 0] = cones
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}
