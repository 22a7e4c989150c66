/** Tabs by the usual keys: arrows go to the next and previous, Home and End to the ends. */

/** The tab a key goes to, of `count`; null for a key that is none of theirs. */
export function tabAfter(key: string, index: number, count: number): number | null {
  const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: count - 1 }[key]
  return to === undefined || count === 0 ? null : (to + count) % count
}
