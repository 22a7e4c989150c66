/** The first of `length` ascending items that is not before what is looked for, found by halves; `length` when all are. */
export function partitionPoint(length: number, isBefore: (i: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}
