/** Where the payload text of an event names page frames. */

/** Kernel tracepoints print PFNs in decimal, ours in hexadecimal; a null page has `pfn=0`, which is none. */
const FRAME = /(?<!\(null\) )\b(?:\w+_)?pfn=(0x[\da-f]+|\d+)/g

/** The text in parts; a number is a PFN that takes the place of its text. */
export function partsOfEventText(text: string): (string | number)[] {
  const parts: (string | number)[] = []
  let done = 0
  for (const found of text.matchAll(FRAME)) {
    const [whole, digits = ''] = found
    const end = found.index + whole.length
    parts.push(text.slice(done, end - digits.length), Number(digits))
    done = end
  }
  if (done < text.length) parts.push(text.slice(done))
  return parts
}
