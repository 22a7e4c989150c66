/** Events and value tracks as CSV (RFC 4180): a header line, lines end with CR LF. */
import type { Exported } from '../shared/exported'

/** A cell; one with a comma, a quote or a line end is quoted. */
function cell(value: string | number): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function row(cells: readonly (string | number)[]): string {
  return `${cells.map(cell).join(',')}\r\n`
}

/** One line an event: its place, and its payload as `name=value` pairs. */
export function* eventsCsv(run: Exported): Generator<string> {
  const tasks = new Map(run.tasks.map((task) => [task.task, task]))
  yield row(['event', 'time_ns', 'cpu', 'task', 'pid', 'name', 'payload'])
  for (let i = 0; i < run.count; i++) {
    const { event, timeNs, cpu, task, name, fields } = run.eventAt(i)
    const pairs = Object.entries(fields).map(([key, value]) => `${key}=${value}`)
    const { name: comm = '', pid = 0 } = tasks.get(task) ?? {}
    yield row([event, timeNs, cpu, comm, pid, name, pairs.join(' ')])
  }
}

/** One line a column of time: least and greatest value of every track; empty where there was none. */
export function* seriesCsv({ series }: Exported): Generator<string> {
  const { tracks, columns, fromNs, toNs } = series
  yield row(['from_ns', ...tracks.flatMap(({ name }) => [`${name}_min`, `${name}_max`])])
  const width = (toNs - fromNs) / columns
  for (let column = 0; column < columns; column++) {
    const values = tracks.flatMap(({ min, max }) => [min[column], max[column]])
    const texts = values.map((x) => (x === undefined || Number.isNaN(x) ? '' : x))
    yield row([Math.round(fromNs + column * width), ...texts])
  }
}
