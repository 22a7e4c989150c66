/** Reads which kernel to run: a subset of the series or a later policy, fixes, converted callers. */
import {
  CALLERS,
  FIXES,
  kernelComplaint,
  POLICIES,
  VARIANTS,
  type CallerName,
  type KernelSpec,
  type PolicyName,
  type VariantName,
} from '../engine'
import { failure, success, type Result } from '../shared/result'
import { parsePatches } from './options'

/** What the options of a command say, as typed. */
export interface KernelOptions {
  readonly patches: string
  readonly policy?: string
  readonly fixes?: string
  readonly convert?: string
  readonly lenient?: boolean
}

function bad(message: string): Result<never> {
  return failure('bad-input', message)
}

type PolicyPart = Pick<KernelSpec, 'policy' | 'variant' | 'notifierPasses'>

/** `longterm-5.1`, with a variant `gup-nm/cma`, or with passes `mmu-notifier/9`. */
function parsePolicy(text: string): Result<PolicyPart> {
  const [name = '', detail, ...more] = text.split('/')
  const policy: PolicyName | undefined = POLICIES.find((p) => p === name)
  if (policy === undefined || more.length > 0) {
    return bad(`unknown policy "${text}"; policies are ${POLICIES.join(', ')}`)
  }
  if (detail === undefined) return success({ policy })
  const variant: VariantName | undefined = VARIANTS.find((x) => x === detail)
  if (variant !== undefined) return success({ policy, variant })
  if (/^\d{1,4}$/.test(detail)) return success({ policy, notifierPasses: Number(detail) })
  return bad(
    `unknown form "${detail}" of policy ${name}; forms are gup-nm/cma, longterm-5.13/isolate, longterm-5.13/recent, mmu-notifier/9`,
  )
}

/** `1,5`: ascending, without repeats. */
function parseFixes(text: string): Result<number[]> {
  const numbers = text.split(',').map((part) => (/^\d$/.test(part.trim()) ? Number(part) : 0))
  const known: readonly number[] = FIXES
  if (numbers.some((n) => !known.includes(n))) {
    return bad(`unknown fix in "${text}"; fixes are numbers 1 to 7 such as 1,5`)
  }
  return success([...new Set(numbers)].toSorted((x, y) => x - y))
}

/** `aio,direct-io`, in the order in which callers are listed. */
function parseCallers(text: string): Result<CallerName[]> {
  const names = text.split(',').map((part) => part.trim())
  const all: readonly string[] = CALLERS
  const unknown = names.find((name) => !all.includes(name))
  if (unknown !== undefined) {
    return bad(`unknown caller "${unknown}"; callers are ${CALLERS.join(', ')}`)
  }
  return success(CALLERS.filter((caller) => names.includes(caller)))
}

/** The kernel that the options name; one that cannot be says why. */
export function parseKernel(options: KernelOptions): Result<KernelSpec> {
  const patches = parsePatches(options.patches)
  if (!patches.ok) return patches
  const policy = options.policy === undefined ? success({}) : parsePolicy(options.policy)
  if (!policy.ok) return policy
  const fixes = options.fixes === undefined ? success(null) : parseFixes(options.fixes)
  if (!fixes.ok) return fixes
  const converted = options.convert === undefined ? success(null) : parseCallers(options.convert)
  if (!converted.ok) return converted
  const kernel: KernelSpec = {
    patches: patches.value,
    mode: options.lenient === true ? 'lenient' : 'strict',
    ...policy.value,
    ...(fixes.value === null ? {} : { fixes: fixes.value }),
    ...(converted.value === null ? {} : { converted: converted.value }),
  }
  const complaint = kernelComplaint(kernel)
  return complaint === null ? success(kernel) : bad(complaint)
}

/** `all+fix:1,5+convert:direct-io` or `policy:longterm-5.1`: one side of a comparison. */
export function parseSide(text: string, lenient: boolean): Result<KernelSpec> {
  const options: { patches?: string; policy?: string; fixes?: string; convert?: string } = {}
  for (const part of text.split('+')) {
    const at = part.indexOf(':')
    const key = { policy: 'policy', fix: 'fixes', convert: 'convert' }[
      part.slice(0, Math.max(at, 0))
    ]
    const name = at < 0 ? 'patches' : key
    if (name === undefined) {
      return bad(`unknown part "${part}" of a kernel; parts are patches, policy:, fix:, convert:`)
    }
    if (Object.hasOwn(options, name)) return bad(`"${text}" names ${name} twice`)
    Object.assign(options, { [name]: part.slice(at + 1) })
  }
  return parseKernel({ patches: 'none', ...options, lenient })
}
