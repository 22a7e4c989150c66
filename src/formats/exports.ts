/** The forms that runs and comparisons are written in, for an engine. */
import type { ExportSource, FigureData } from '../shared/export'
import { chromeTrace } from './chrome-trace'
import { eventsCsv, seriesCsv } from './csv'
import type { Figure } from './figure'
import { linuxMmText } from './linux-mm'
import { mapFigure, placedMapFigure } from './map-figure'
import { rasterise, type Raster } from './raster'
import { reportHtml } from './report-html'
import { reportMarkdown } from './report-markdown'
import { svgText } from './svg'
import { timelineFigure } from './timeline-figure'

const REPORTS = { md: reportMarkdown, html: reportHtml, 'linux-mm': linuxMmText }

/** @param png packs pixels; what packs is not in every layer */
export function exportSource(png: (raster: Raster) => Uint8Array): ExportSource {
  return {
    chromeText: (run) => chromeTrace([run]),
    csvText: (run, part) => (part === 'series' ? seriesCsv(run) : eventsCsv(run)),
    figure: (data, form) => {
      const figure = figureOf(data)
      return [form === 'svg' ? svgText(figure) : png(rasterise(figure))]
    },
    report: (data, form) => REPORTS[form](data),
  }
}

function figureOf(data: FigureData): Figure {
  if (data.part === 'timeline') return timelineFigure(data.series, data.title)
  return data.isTrace
    ? mapFigure(data.map, `${data.title}: what its events tell of frames`)
    : placedMapFigure(data.map, data.title)
}
