// Model of the errno values that mm, CMA and vb2 return (gup-migration 0.5).

export const ESRCH = 3
export const EINTR = 4
export const EIO = 5
export const EAGAIN = 11
export const ENOMEM = 12
export const EFAULT = 14
export const EBUSY = 16
export const EINVAL = 22
export const ENOSPC = 28
export const EDEADLK = 35
export const ENOSYS = 38
export const ETIME = 62
export const EOPNOTSUPP = 95
export const EHWPOISON = 133
export const ERESTARTSYS = 512

const NAMES: Readonly<Record<number, string>> = {
  [ESRCH]: 'ESRCH',
  [EINTR]: 'EINTR',
  [EIO]: 'EIO',
  [EAGAIN]: 'EAGAIN',
  [ENOMEM]: 'ENOMEM',
  [EFAULT]: 'EFAULT',
  [EBUSY]: 'EBUSY',
  [EINVAL]: 'EINVAL',
  [ENOSPC]: 'ENOSPC',
  [EDEADLK]: 'EDEADLK',
  [ENOSYS]: 'ENOSYS',
  [ETIME]: 'ETIME',
  [EOPNOTSUPP]: 'EOPNOTSUPP',
  [EHWPOISON]: 'EHWPOISON',
  [ERESTARTSYS]: 'ERESTARTSYS',
}

/** The name of a kernel return value, or null when it is no error: -12 gives `ENOMEM`. */
export function errnoName(ret: number): string | null {
  return ret < 0 ? (NAMES[-ret] ?? `E${-ret}`) : null
}

/** The kernel's number for `-ENOMEM` or `ENOMEM`: -12. NaN for a name that is none. */
export function errnoNumber(name: string): number {
  const found = Object.entries(NAMES).find(([, n]) => n === name.replace(/^-/, ''))
  return found === undefined ? Number.NaN : -Number(found[0])
}
