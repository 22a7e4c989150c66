/** Numbers, PFNs, times and return values as this project writes them, on every screen alike. */

/** 3072 gives `3,072`. */
export function countText(n: number): string {
  return String(n).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** `1 page`, `2 pages`. */
export function pagesText(n: number): string {
  return `${countText(n)} ${n === 1 ? 'page' : 'pages'}`
}

export function pfnText(pfn: number): string {
  return `0x${pfn.toString(16)}`
}

/** Virtual time with its unit: `640 ns`, `12.4 us`, `3.21 ms`, `1.5 s`. */
export function timeText(ns: number): string {
  if (ns < 1e3) return `${ns} ns`
  if (ns < 1e6) return `${trim(ns / 1e3)} us`
  if (ns < 1e9) return `${trim(ns / 1e6)} ms`
  return `${trim(ns / 1e9)} s`
}

function trim(x: number): string {
  return String(Number(x.toPrecision(4)))
}

/** A kernel return value: `-ENOMEM` when it has a name, else the number. */
export function retText(ret: number, errno: string | null): string {
  return errno === null ? countText(ret) : `-${errno}`
}
