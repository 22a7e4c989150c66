/**
 * Scenarios by id: those that ship, and the user's own, brought as texts. An id never changes what it
 * stands for while it is used, so that a run can be made again: another text gets another id.
 */
import type { OwnScenario, ScenarioInfo } from '../shared/scenario'
import { failure, success, type Result } from '../shared/result'
import { parseScenario, type Scenario } from './scenario'

/** Own scenarios at a time; each may have a megabyte of text. */
const MAX_OWN = 64
/** An id is not longer; what comes behind it needs room. */
const MAX_BASE = 28

interface Own {
  readonly scenario: Scenario
  /** How many brought it and have not let it go. */
  users: number
}

export class ScenarioShelf {
  readonly #shipped: ReadonlyMap<string, Scenario>
  readonly #own = new Map<string, Own>()

  constructor(shipped: readonly Scenario[]) {
    this.#shipped = new Map(shipped.map((s) => [s.info.id, s]))
  }

  /** Those that ship, then the others in the order in which they came. */
  list(): ScenarioInfo[] {
    return [
      ...[...this.#shipped.values()].map(({ info }) => info),
      ...[...this.#own.values()].map(({ scenario }) => ownInfo(scenario)),
    ]
  }

  get(id: string): Result<Scenario> {
    const scenario = this.#shipped.get(id) ?? this.#own.get(id)?.scenario
    if (scenario !== undefined) return success(scenario)
    // Own ones may be of others who share the engine.
    const known = [...this.#shipped.keys()].join(', ')
    return failure('not-found', `no scenario "${id}"; there are ${known}, and those you open`)
  }

  /** The same text again is the same scenario; one that ships is no own one. */
  add(text: string, name: string): Result<OwnScenario> {
    const given = parseScenario(text, name)
    if (!given.ok) return given
    const asked = given.value.info.id
    for (let n = 1; ; n++) {
      const id = n === 1 ? asked : `${asked.slice(0, MAX_BASE)}-${n}`
      const wanted = n === 1 ? given : parseScenario(withId(given.value, id), name)
      if (!wanted.ok) return wanted
      const there = this.#shipped.get(id) ?? this.#own.get(id)?.scenario
      if (there === undefined) return this.#keep(wanted.value, asked)
      if (there.text === wanted.value.text) return success(this.#again(there, asked))
    }
  }

  /** Forgets an own scenario when the last who brought it lets it go. */
  drop(id: string): void {
    const own = this.#own.get(id)
    if (own !== undefined && --own.users === 0) this.#own.delete(id)
  }

  #keep(scenario: Scenario, asked: string): Result<OwnScenario> {
    if (this.#own.size >= MAX_OWN) {
      const message = `${scenario.source}: there are ${MAX_OWN} scenarios of your own already; forget one in the library first`
      return failure('bad-input', message)
    }
    this.#own.set(scenario.info.id, { scenario, users: 1 })
    return success({ info: ownInfo(scenario), text: scenario.text, asked })
  }

  #again(scenario: Scenario, asked: string): OwnScenario {
    const own = this.#own.get(scenario.info.id)
    if (own !== undefined) own.users++
    const info = own === undefined ? scenario.info : ownInfo(scenario)
    return { info, text: scenario.text, asked }
  }
}

function ownInfo({ info }: Scenario): ScenarioInfo {
  return { ...info, own: true }
}

function withId({ body }: Scenario, id: string): string {
  return typeof body === 'object' ? `${JSON.stringify({ ...body, id }, null, 1)}\n` : ''
}
