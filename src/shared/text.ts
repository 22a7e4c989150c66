/** Numbers, PFNs, times, return values and kernels as this project writes them, on every screen alike. */
import type { KernelSpec } from '../sim'

/** 3072 gives `3,072`. */
export function countText(n: number): string {
  return String(n).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** `1 zone`, `2,048 zones`, of what has an s for many. */
export function many(n: number, what: string): string {
  return `${countText(n)} ${what}${n === 1 ? '' : 's'}`
}

/** `1 page`, `2 pages`. */
export function pagesText(n: number): string {
  return many(n, 'page')
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

const NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }

/** A typed time with its unit, `54.4 ms`, in nanoseconds; null when it is none. */
export function readTime(text: string): number | null {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*(ns|us|ms|s)$/.exec(text.trim()) ?? []
  return number === undefined ? null : Math.round(Number(number) * (NS[unit] ?? 1))
}

function trim(x: number): string {
  return String(Number(x.toPrecision(4)))
}

/** A kernel return value: `-ENOMEM` when it has a name, else the number. */
export function retText(ret: number, errno: string | null): string {
  return errno === null ? countText(ret) : `-${errno}`
}

/** What this model can return. */
const ERRNO: Readonly<Record<number, string>> = {
  4: 'EINTR',
  11: 'EAGAIN',
  12: 'ENOMEM',
  14: 'EFAULT',
  16: 'EBUSY',
  22: 'EINVAL',
}

/** A bare return value: `-ENOMEM`, `0`, `1,024`. */
export function returnText(ret: number): string {
  return retText(ret, ERRNO[-ret] ?? null)
}

/** `none`, `all` or `1,3,5`. */
export function patchList(patches: readonly number[]): string {
  if (patches.length === 0) return 'none'
  return patches.length === 5 ? 'all' : patches.join(',')
}

/** A kernel in one line: `patches all`, `policy gup-nm/cma`, `patches all + fix 1,5 + convert aio`. */
export function kernelLine(kernel: KernelSpec): string {
  const { policy = 'rfc2013', variant, notifierPasses, fixes = [], converted = [] } = kernel
  const detail = variant ?? notifierPasses
  const parts = [
    policy === 'rfc2013'
      ? `patches ${patchList(kernel.patches)}`
      : `policy ${policy}${detail === undefined ? '' : `/${detail}`}`,
  ]
  if (fixes.length > 0) parts.push(`fix ${fixes.join(',')}`)
  if (converted.length > 0) parts.push(`convert ${converted.join(',')}`)
  return parts.join(' + ')
}
