/**
 * One page's share of the engine. Pages come and go (a reload, a closed tab) while the engine keeps
 * runs until someone drops them: a session knows which runs its page made and drops them at the end.
 */
import type { Tell } from '../engine'
import type { Calls, News, NewsName, RunId } from '../shared/contract'

/** Makes the tokens of two pages differ, whatever the pages call them. */
let sessions = 0

export class ClientSession {
  readonly calls: Calls
  readonly #engine: Calls
  readonly #tell: Tell
  readonly #prefix: string
  readonly #runs = new Set<RunId>()
  readonly #running = new Set<string>()
  #closed = false
  /** Rises when the engine is lost: runs of an earlier one are gone, and their numbers come again. */
  #engines = 0

  constructor(engine: Calls, tell: Tell) {
    this.#engine = engine
    this.#tell = tell
    this.#prefix = `${++sessions}:`
    this.calls = {
      ...engine,
      run: (recipe, token) => this.#run(recipe, token),
      cancel: (token) => engine.cancel(this.#prefix + token),
      drop: (run) => {
        this.#runs.delete(run)
        return engine.drop(run)
      },
    }
  }

  /** Passes news on to the page, progress only of its own runs. */
  hear<K extends NewsName>(news: K, value: News[K]): void {
    if (news === 'onDidLoseEngine') {
      this.#engines++
      this.#runs.clear()
    }
    if (this.#closed) return
    if (news === 'onDidProgress') {
      const progress = value as News['onDidProgress']
      if (!progress.token.startsWith(this.#prefix)) return
      this.#tell('onDidProgress', { ...progress, token: progress.token.slice(this.#prefix.length) })
      return
    }
    this.#tell(news, value)
  }

  /** Cancels what runs and drops what is kept for this page. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const token of this.#running) void this.#engine.cancel(token)
    for (const run of this.#runs) void this.#engine.drop(run)
    this.#runs.clear()
  }

  async #run(...[recipe, token]: Parameters<Calls['run']>): ReturnType<Calls['run']> {
    const own = this.#prefix + token
    const engines = this.#engines
    this.#running.add(own)
    const result = await this.#engine.run(recipe, own)
    this.#running.delete(own)
    if (result.ok && engines === this.#engines) {
      if (this.#closed) void this.#engine.drop(result.value.run)
      else this.#runs.add(result.value.run)
    }
    return result
  }
}
