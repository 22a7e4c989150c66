/** How a modelled function describes itself to whoever steps through it. */

/**
 * What a value is, so that it can be printed: `page` is an index into mem_map (print its PFN; -1 is NULL,
 * any other negative number an errno), `vpn` a page number of an address space, `address` a byte address,
 * `zone`, `mm` and `area` indices into the machine's zones, address spaces and CMA areas (-1 is none), `errno` a count or 0,
 * and a negative errno on failure; `flags` are bits, best shown in hexadecimal.
 */
export type ValueKind =
  | 'address'
  | 'area'
  | 'bool'
  | 'bytes'
  | 'count'
  | 'cpu'
  | 'errno'
  | 'flags'
  | 'gfp'
  | 'index'
  | 'lru'
  | 'migratetype'
  | 'mm'
  | 'ns'
  | 'number'
  | 'order'
  | 'page'
  | 'pfn'
  | 'task'
  | 'vpn'
  | 'zone'

/** An argument or a local. */
export interface FunctionValue {
  readonly name: string
  readonly kind: ValueKind
}

export interface FunctionInfo {
  /** Kernel path. */
  readonly file: string
  readonly args: readonly FunctionValue[]
  readonly ret: ValueKind | 'void'
  /** Rule or paragraph of the specifications that says what it does. */
  readonly rule: string
  /** Locals that the model tells of; each appears once it has a value. */
  readonly locals: readonly FunctionValue[]
}

type Kinds = Readonly<Record<string, ValueKind>>

function values(kinds: Kinds): readonly FunctionValue[] {
  return Object.entries(kinds).map(([name, kind]) => ({ name, kind }))
}

/** Makes descriptions of the functions of one kernel file; arguments and locals in order. */
export function functionsOf(file: string) {
  return (
    rule: string,
    args: Kinds,
    ret: FunctionInfo['ret'],
    locals: Kinds = {},
  ): FunctionInfo => ({ file, args: values(args), ret, rule, locals: values(locals) })
}
