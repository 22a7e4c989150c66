import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PAGE_CLASSES } from '../../../shared/contract'
import { chartPalette, mapPalette, toAbgr } from './palette'

const tokens = readFileSync(join(import.meta.dirname, '../styles/tokens.css'), 'utf8')
const [dark = '', light = ''] = tokens.split(":root[data-theme='light']")

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
])('the %s theme', (_name, css) => {
  const token = reader(css)

  it('names a colour for every class of page, no two the same', () => {
    const colours = PAGE_CLASSES.map((name) => token(`--page-${name}`))
    expect(colours.every((c) => /^#[\da-f]{6}$/.test(c))).toBe(true)
    expect(new Set(colours).size).toBe(PAGE_CLASSES.length)
    expect(mapPalette(token).classes).toHaveLength(PAGE_CLASSES.length)
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
})
