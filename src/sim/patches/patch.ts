/** What is known of one posted patch; its code sits in the mirrored functions, where the diff puts it. */
export interface Patch {
  readonly number: number
  /** As posted, without the list's prefix. */
  readonly subject: string
  readonly files: readonly string[]
  /** What it changes, in one sentence. */
  readonly summary: string
  readonly defines: readonly string[]
  readonly uses: readonly string[]
  /** Patches it needs in order to build. */
  readonly needs: readonly number[]
}
