/**
 * Reads and links over typed-array columns. A typed array read outside its bounds gives undefined;
 * every index here comes from the model's own lists, so `at` states that once.
 */
export function at(
  column: Int32Array | Uint32Array | Uint16Array | Uint8Array | Float64Array,
  i: number,
): number {
  return column[i] as number
}

/**
 * Circular doubly linked lists over two index columns, like the kernel's list_head. A list head is
 * an index behind the last page; an element is the page's own index.
 */
export interface Links {
  readonly next: Int32Array
  readonly prev: Int32Array
}

export function INIT_LIST_HEAD(l: Links, head: number): void {
  l.next[head] = head
  l.prev[head] = head
}

/** First element, or -1. */
export function list_first(l: Links, head: number): number {
  const first = at(l.next, head)
  return first === head ? -1 : first
}

function insertBetween(l: Links, node: number, prev: number, next: number): void {
  l.prev[next] = node
  l.next[node] = next
  l.prev[node] = prev
  l.next[prev] = node
}

/** Inserts right behind the head. */
export function list_add(l: Links, node: number, head: number): void {
  insertBetween(l, node, head, at(l.next, head))
}

export function list_add_tail(l: Links, node: number, head: number): void {
  insertBetween(l, node, at(l.prev, head), head)
}

export function list_del(l: Links, node: number): void {
  const next = at(l.next, node)
  const prev = at(l.prev, node)
  l.next[prev] = next
  l.prev[next] = prev
}

/** The elements head first; for inspection and checks, not for hot paths. */
export function listToArray(l: Links, head: number): number[] {
  const out: number[] = []
  for (let n = at(l.next, head); n !== head; n = at(l.next, n)) out.push(n)
  return out
}

/** The element behind `node`, or -1 at the end of the list. */
export function nextInList(l: Links, node: number, head: number): number {
  const next = at(l.next, node)
  return next === head ? -1 : next
}
