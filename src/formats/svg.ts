/** A figure as SVG: no script, no style sheet, no reference to anything outside. */
import type { BandShape, CellsShape, Figure, Shape } from './figure'

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/\p{Cc}/gu, (c) => (c === '\n' || c === '\t' ? c : '\ufffd'))
}

/** Two decimals are finer than any screen. */
function n(x: number): string {
  return String(Math.round(x * 100) / 100)
}

export function svgText(figure: Figure): string {
  const { width, height, background, title, shapes } = figure
  const box = `width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}"`
  const font = `font-family="'JetBrains Mono', 'DejaVu Sans Mono', monospace" font-size="11"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${box} role="img" ${font}>\n`,
    `<title>${escapeXml(title)}</title>\n`,
    `<rect width="${n(width)}" height="${n(height)}" fill="${background}"/>\n`,
    ...shapes.map((shape) => shapeText(shape)),
    '</svg>\n',
  ].join('')
}

function shapeText(shape: Shape): string {
  switch (shape.kind) {
    case 'rect': {
      const { x, y, width, height, fill } = shape
      return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}"/>\n`
    }
    case 'frame': {
      const { x, y, width, height, stroke } = shape
      const box = `x="${n(x + 0.5)}" y="${n(y + 0.5)}" width="${n(width - 1)}" height="${n(height - 1)}"`
      return `<rect ${box} fill="none" stroke="${stroke}"/>\n`
    }
    case 'text': {
      const { x, y, text, fill, anchor } = shape
      const end = anchor === 'end' ? ' text-anchor="end"' : ''
      return `<text x="${n(x)}" y="${n(y)}" fill="${fill}"${end} xml:space="preserve">${escapeXml(text)}</text>\n`
    }
    case 'band':
      return bandText(shape)
    case 'cells':
      return cellsText(shape)
  }
}

/** A path along the upper edges and back along the lower ones, for each stretch without a gap. */
function bandText({ x, columnWidth, top, bottom, fill }: BandShape): string {
  const paths: string[] = []
  for (let from = 0; from < top.length;) {
    if (Number.isNaN(top[from])) {
      from++
      continue
    }
    let to = from
    while (to < top.length && !Number.isNaN(top[to])) to++
    const there = edge(top, from, to, (i) => x + i * columnWidth)
    const back = edge(bottom, from, to, (i) => x + i * columnWidth).toReversed()
    paths.push(`M${[...there, ...back].join('L')}Z`)
    from = to
  }
  return paths.length === 0 ? '' : `<path d="${paths.join('')}" ${fillText(fill)}/>\n`
}

/** Corners of the steps between columns [from, to). */
function edge(ys: Float64Array, from: number, to: number, xOf: (i: number) => number): string[] {
  const points: string[] = []
  for (let i = from; i < to; i++) {
    const y = n(ys[i] ?? 0)
    if (i === from || ys[i] !== ys[i - 1]) points.push(`${n(xOf(i))} ${y}`)
    if (i === to - 1 || ys[i] !== ys[i + 1]) points.push(`${n(xOf(i + 1))} ${y}`)
  }
  return points
}

/** `#rrggbbaa` in two attributes, as older readers take it. */
function fillText(fill: string): string {
  if (fill.length <= 7) return `fill="${fill}"`
  return `fill="${fill.slice(0, 7)}" fill-opacity="${n(parseInt(fill.slice(7), 16) / 255)}"`
}

/** Runs of one colour in a row are one stroke of its path. */
function cellsText({ x, y, size, perRow, cells, palette }: CellsShape): string {
  const paths = new Map<string, string[]>()
  for (let from = 0; from < cells.length;) {
    const value = cells[from] ?? 0
    const rowEnd = Math.min(cells.length, (Math.floor(from / perRow) + 1) * perRow)
    let to = from + 1
    while (to < rowEnd && cells[to] === value) to++
    const colour = palette[value] ?? null
    if (colour !== null) {
      const left = x + (from % perRow) * size
      const above = y + Math.floor(from / perRow) * size
      const path = paths.get(colour) ?? []
      path.push(
        `M${n(left)} ${n(above)}h${n((to - from) * size)}v${n(size)}h${n((from - to) * size)}z`,
      )
      paths.set(colour, path)
    }
    from = to
  }
  return [...paths]
    .map(([colour, path]) => `<path d="${path.join('')}" fill="${colour}"/>\n`)
    .join('')
}
