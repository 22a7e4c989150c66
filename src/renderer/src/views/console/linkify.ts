/** Finds the frames and events that a text of the console names, so that they can be links. */

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pfn'; readonly text: string; readonly pfn: number }
  | { readonly kind: 'event'; readonly text: string; readonly event: number }

/** `pfn 0x67103`, `pfn=0x67103`, `PFN 0x67103`; `event 10,942`. The word is no part of the link. */
const NAMED =
  /(?<=\bpfn[ =])0x[0-9a-f]{1,8}\b|(?<=\bevent )\d{1,3}(?:,\d{3})+\b|(?<=\bevent )\d+\b/gi

/** The parts of a text in their order; put together they are the text again. */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  for (const found of text.matchAll(NAMED)) {
    if (found.index > from) parts.push({ kind: 'text', text: text.slice(from, found.index) })
    parts.push(linkPart(found[0]))
    from = found.index + found[0].length
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) })
  return parts
}

function linkPart(text: string): TextPart {
  return /^0x/i.test(text)
    ? { kind: 'pfn', text, pfn: Number(text) }
    : { kind: 'event', text, event: Number(text.replaceAll(',', '')) }
}
