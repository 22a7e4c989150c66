/** What a replay found: how much was compared, what differed, what was left out and by which rule. */

export interface FoundDifference {
  /** Operation or line, and the member. */
  readonly where: string
  readonly recorded: string
  readonly model: string
}

export class Report {
  /** Operations replayed and lines compared. */
  operations = 0
  differences = 0
  readonly found: FoundDifference[] = []
  /** Rule -> how often it applied, with an example. */
  readonly rules = new Map<string, { count: number; example: string }>()

  /** One operation or line was compared. */
  compared(): void {
    this.operations++
  }

  /** Compares two values by their JSON. */
  compare(where: string, recorded: unknown, model: unknown): boolean {
    const [a, b] = [JSON.stringify(recorded), JSON.stringify(model)]
    if (a === b) return true
    this.differ(where, a, b)
    return false
  }

  differ(where: string, recorded: string, model: string): void {
    this.differences++
    // The first is printed, some more help to find the cause.
    if (this.found.length < 20) this.found.push({ where, recorded, model })
  }

  /** Something is not compared, or taken from the recording, on purpose. */
  rule(name: string, example: string): void {
    const known = this.rules.get(name)
    if (known === undefined) this.rules.set(name, { count: 1, example })
    else known.count++
  }
}

const WIDTH = 300

/** A value short enough for one line. */
export function clip(text: string): string {
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH)}...`
}
