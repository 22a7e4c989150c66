/** Rows of one filtered run, got page by page and kept as long as they are near what is looked at. */
import type { Pinscope } from '../../../../shared/contract'
import type { EventLine } from '../../../../shared/events'
import type { Failure } from '../../../../shared/result'
import type { Listed } from '../../stores/filter-answer'

export const PAGE_ROWS = 200
const MOST_PAGES = 32

export class EventPages {
  readonly listed: Listed
  readonly #pinscope: Pick<Pinscope, 'events'>
  readonly #onPage: (failure: Failure | null) => void
  /** Used last comes last. */
  readonly #pages = new Map<number, readonly EventLine[]>()

  /** @param onPage told at every page: why it did not come, or null */
  constructor(
    pinscope: Pick<Pinscope, 'events'>,
    listed: Listed,
    onPage: (failure: Failure | null) => void = () => undefined,
  ) {
    this.#pinscope = pinscope
    this.listed = listed
    this.#onPage = onPage
  }

  /** The line of a row, once it is here. */
  line(row: number): EventLine | undefined {
    return this.#pages.get(Math.floor(row / PAGE_ROWS))?.[row % PAGE_ROWS]
  }

  /** Gets the rows of [first, end) and the one before them; null when all are here. */
  load(first: number, end: number): Promise<unknown> | null {
    const from = Math.floor(Math.max(0, first - 1) / PAGE_ROWS)
    const to = Math.floor((Math.min(end, this.listed.matches) - 1) / PAGE_ROWS)
    const missing: number[] = []
    for (let page = from; page <= to; page++) {
      const lines = this.#pages.get(page)
      if (lines === undefined) missing.push(page)
      else this.#keep(page, lines)
    }
    return missing.length === 0 ? null : Promise.all(missing.map((page) => this.#get(page)))
  }

  async #get(page: number): Promise<void> {
    const { run, filter } = this.listed
    const answer = await this.#pinscope.events(run, filter, page * PAGE_ROWS, PAGE_ROWS)
    if (answer.ok) this.#keep(page, answer.value.lines)
    this.#onPage(answer.ok ? null : answer.error)
  }

  #keep(page: number, lines: readonly EventLine[]): void {
    this.#pages.delete(page)
    this.#pages.set(page, lines)
    const [oldest] = this.#pages.keys()
    if (this.#pages.size > MOST_PAGES && oldest !== undefined) this.#pages.delete(oldest)
  }
}
