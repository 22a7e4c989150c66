/** How a call of `pinscope exec` is described. */
import { text, whole, type Fields, type Kind, type Read } from './exec-kinds'

/** Members of a call and what they become. */
export interface CallKind<T> {
  readonly fields: Fields
  readonly make: (members: Readonly<Record<string, unknown>>, at: string) => T
}

/** A call whose members are its arguments. */
export function call<const F extends Fields>(fields: F): CallKind<Read<F>> {
  return { fields, make: (members) => members as Read<F> }
}

/** A call whose members have to be put together first. */
export function callMade<const F extends Fields, T>(
  fields: F,
  make: (members: Read<F>, at: string) => T,
): CallKind<T> {
  return { fields, make: (members, at) => make(members as Read<F>, at) }
}

/** A CMA area by name or number. */
export const area: Kind<string | number> = {
  read: (x, at) => (typeof x === 'string' ? text(64).read(x, at) : whole(0, 31).read(x, at)),
  json: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
}
