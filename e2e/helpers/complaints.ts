import type { Page } from '@playwright/test'

/** What a page complained about: console errors and warnings, uncaught errors, failed loads. */
export class Complaints {
  readonly #texts: string[] = []

  watch(page: Page): void {
    page.on('console', (message) => {
      const type = message.type()
      if (type === 'error' || type === 'warning') this.#texts.push(`${type}: ${message.text()}`)
    })
    page.on('pageerror', (error) => {
      this.#texts.push(`uncaught: ${error.message}`)
    })
    page.on('crash', () => {
      this.#texts.push('the page crashed')
    })
  }

  /** For a test that provokes complaints on purpose: takes those that match out. */
  forgive(pattern: RegExp): void {
    const rest = this.#texts.filter((text) => !pattern.test(text))
    this.#texts.splice(0, this.#texts.length, ...rest)
  }

  /** Throws when there is any. */
  refuse(): void {
    if (this.#texts.length > 0) {
      throw new Error(`the page complained:\n  ${this.#texts.join('\n  ')}`)
    }
  }
}
