/** Scenarios: what one is called, asks and takes. Plain data. */
export interface ParameterInfo {
  readonly name: string
  readonly type: 'int' | 'size' | 'bool' | 'choice'
  readonly default: string
  readonly help: string
  /** Of a number: the least and the most it may be. */
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly string[]
}

export interface ScenarioInfo {
  readonly id: string
  readonly title: string
  /** One sentence that ends in a question mark. */
  readonly question: string
  readonly group:
    'does what it promises' | 'helps only mostly' | 'cannot help' | 'makes worse' | 'lookalikes'
  readonly description: string
  /** True when no machine of v3.9 could do this; every view says so, with the reason. */
  readonly counterfactual: boolean
  readonly counterfactualReason: string | null
  readonly parameters: readonly ParameterInfo[]
  /** Set of one that does not ship: its text came from the user. */
  readonly own?: true
}

/** A scenario that was brought by its text. */
export interface OwnScenario {
  readonly info: ScenarioInfo
  /** As it is kept: with another id than it had, where that one stands for another scenario. */
  readonly text: string
  /** The id that it had. */
  readonly asked: string
}
