/**
 * Does a work a while after it was asked for: once for many askings, never twice at a time. It has a timer only while
 * something is asked for.
 */
export class Pace {
  readonly #work: () => Promise<unknown>
  readonly #ms: number
  #timer: ReturnType<typeof setTimeout> | null = null
  #running: Promise<void> | null = null
  #asked = false

  constructor(work: () => Promise<unknown>, ms: number) {
    this.#work = work
    this.#ms = ms
  }

  /** The work begins after the time given; at the end of the one that goes on, where that is later. */
  ask(): void {
    this.#asked = true
    this.#timer ??= setTimeout(() => void this.flush(), this.#ms)
  }

  /** Begins at once what was asked for; done when nothing is left of it. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#running === null && this.#asked) this.#running = this.#run()
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      while (this.#takes()) await this.#work()
    } finally {
      this.#running = null
    }
  }

  #takes(): boolean {
    const asked = this.#asked
    this.#asked = false
    return asked
  }
}
