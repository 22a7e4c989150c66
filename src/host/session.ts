/**
 * One page's share of the engine. Pages come and go (a reload, a closed tab) while the engine keeps
 * runs until someone drops them: a session knows which runs its page made and drops them at the end.
 */
import type { Tell } from '../engine'
import type { Calls, News, NewsName } from '../shared/contract'
import type { RunId, RunSummary } from '../shared/run'
import type { ConsoleReply } from '../shared/debug'
import type { ImportAnswer } from '../shared/interchange'
import type { ExportId, ExportInfo, ExportPiece } from '../shared/export'
import { failure, success, type Result } from '../shared/result'

/** Makes the tokens of two pages differ, whatever the pages call them. */
let sessions = 0

export class ClientSession {
  readonly calls: Calls
  readonly #engine: Calls
  readonly #tell: Tell
  readonly #prefix: string
  readonly #runs = new Set<RunId>()
  readonly #running = new Set<string>()
  /** Scenarios that the page brought. */
  readonly #scenarios = new Set<string>()
  /** Exports that this page began and has not read to their ends. */
  readonly #exports = new Set<ExportId>()
  #closed = false
  /** Rises when the engine is lost: runs of an earlier one are gone, and their numbers come again. */
  #engines = 0

  constructor(engine: Calls, tell: Tell) {
    this.#engine = engine
    this.#tell = tell
    this.#prefix = `${++sessions}:`
    this.calls = {
      ...engine,
      run: (recipe, token) => this.#making(token, (own) => engine.run(recipe, own), runOf),
      fork: (run, interventions, token) =>
        this.#making(token, (own) => engine.fork(run, interventions, own), runOf),
      openArchive: (bytes, side, token) =>
        this.#making(token, (own) => engine.openArchive(bytes, side, own), runOf),
      importTexts: (files, token) =>
        this.#making(token, (own) => engine.importTexts(files, own), tracesOf),
      listScenarios: () => this.#listScenarios(),
      addScenario: (text, name) => this.#addScenario(text, name),
      dropScenario: (id) =>
        this.#scenarios.delete(id)
          ? engine.dropScenario(id)
          : Promise.resolve(failure('not-found', `no scenario "${id}" was brought here`)),
      consoleRun: (run, line, token) =>
        this.#making(token, (own) => engine.consoleRun(run, line, own), forksOf),
      why: (run, n, remedies, token) =>
        this.#under(token, (own) => engine.why(run, n, remedies, own)),
      filterEvents: (run, filter, token) =>
        this.#under(token, (own) => engine.filterEvents(run, filter, own)),
      divergence: (a, b, token) => this.#under(token, (own) => engine.divergence(a, b, own)),
      checkProof: (run, proof, token) =>
        this.#under(token, (own) => engine.checkProof(run, proof, own)),
      packArchive: (doc, events, file, token) =>
        this.#under(token, (own) => engine.packArchive(doc, events, file, own)),
      exportRun: (run, what, token) =>
        this.#exporting(token, (own) => engine.exportRun(run, what, own)),
      exportReport: (a, b, form, token) =>
        this.#exporting(token, (own) => engine.exportReport(a, b, form, own)),
      readExport: (id) => this.#readExport(id),
      closeExport: (id) => {
        const isOurs = this.#exports.delete(id)
        return isOurs ? engine.closeExport(id) : Promise.resolve(success(null))
      },
      matrix: (recipe, token) => this.#under(token, (own) => engine.matrix(recipe, own)),
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
      this.#scenarios.clear()
      this.#exports.clear()
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
    for (const id of this.#exports) void this.#engine.closeExport(id)
    this.#runs.clear()
    this.#exports.clear()
    for (const id of this.#scenarios) void this.#engine.dropScenario(id)
    this.#scenarios.clear()
  }

  /** Those that ship, and those that this page brought. */
  async #listScenarios(): ReturnType<Calls['listScenarios']> {
    const all = await this.#engine.listScenarios()
    if (!all.ok) return all
    return success(all.value.filter(({ id, own }) => own !== true || this.#scenarios.has(id)))
  }

  async #addScenario(text: string, name: string): ReturnType<Calls['addScenario']> {
    const engines = this.#engines
    const added = await this.#engine.addScenario(text, name)
    if (!added.ok || added.value.info.own !== true || engines !== this.#engines) return added
    const { id } = added.value.info
    // The engine counts who brought it: a page counts once.
    if (this.#closed || this.#scenarios.has(id)) void this.#engine.dropScenario(id)
    else this.#scenarios.add(id)
    return added
  }

  /** Work under a token of its own; it is cancelled when the page goes. */
  async #under<T>(token: string, work: (own: string) => Promise<T>): Promise<T> {
    const own = this.#prefix + token
    this.#running.add(own)
    try {
      return await work(own)
    } finally {
      this.#running.delete(own)
    }
  }

  /** What is begun to be written is given up when the page goes. */
  async #exporting(
    token: string,
    work: (own: string) => Promise<Result<ExportInfo>>,
  ): Promise<Result<ExportInfo>> {
    const engines = this.#engines
    const begun = await this.#under(token, work)
    if (!begun.ok || engines !== this.#engines) return begun
    if (this.#closed) void this.#engine.closeExport(begun.value.id)
    else this.#exports.add(begun.value.id)
    return begun
  }

  /** Numbers come again after an engine was lost: one that is not this page's is nobody's. */
  async #readExport(id: ExportId): Promise<Result<ExportPiece>> {
    if (!this.#exports.has(id)) return failure('not-found', 'this export is over; begin it again')
    const engines = this.#engines
    const piece = await this.#engine.readExport(id)
    if (engines === this.#engines && (!piece.ok || piece.value.last)) this.#exports.delete(id)
    return piece
  }

  /** As #under, for what makes runs: they are the page's. */
  async #making<T>(
    token: string,
    work: (own: string) => Promise<Result<T>>,
    runsOf: (made: T) => readonly RunId[],
  ): Promise<Result<T>> {
    return await this.#keeping(this.#under(token, work), runsOf)
  }

  /** What an answer made is the page's from then on. */
  async #keeping<T>(
    making: Promise<Result<T>>,
    runsOf: (made: T) => readonly RunId[],
  ): Promise<Result<T>> {
    const engines = this.#engines
    const result = await making
    if (!result.ok || engines !== this.#engines) return result
    for (const run of runsOf(result.value)) {
      if (this.#closed) void this.#engine.drop(run)
      else this.#runs.add(run)
    }
    return result
  }
}

function runOf({ run }: RunSummary): readonly RunId[] {
  return [run]
}

function tracesOf({ run }: ImportAnswer): readonly RunId[] {
  return run === null ? [] : [run.run]
}

/** The run of a console and every fork that was made in it. */
function forksOf({ state }: ConsoleReply): readonly RunId[] {
  return state.forks.map((fork) => fork.run)
}
