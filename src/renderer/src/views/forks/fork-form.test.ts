import { describe, expect, it } from 'vitest'
import {
  firstEvent,
  kernelOf,
  otherwiseOf,
  problemsOf,
  readPages,
  type ForkForm,
  type FormContext,
} from './fork-form'

const FORM: ForkForm = {
  ...{ change: 'drain', event: '31,002', pfn: '0x67103', patch: '4', area: 'default' },
  ...{ pages: '4M', fn: 'unmap_and_move', nth: '3', ret: '-11', actor: 'codec', time: '10 ms' },
}
const CONTEXT: FormContext = {
  summary: {
    events: 48_213,
    recipe: { scenario: 'sc-01', seed: 1, set: {}, kernel: { patches: [3], mode: 'strict' } },
  },
  areas: ['default'],
  failing: [{ fn: 'unmap_and_move', rets: [{ ret: -11, errno: 'EAGAIN' }] }],
  refuse: ({ patches }) => (patches.includes(4) ? 'does not build' : null),
}
const problems = (part: Partial<ForkForm>) => problemsOf({ ...FORM, ...part }, CONTEXT)

describe('the form of a fork', () => {
  it('is the change right behind the event', () => {
    expect(problems({})).toEqual({})
    const made = (part: Partial<ForkForm>) => otherwiseOf({ ...FORM, ...part }, CONTEXT)
    const at = 31_003
    expect(made({})).toEqual({ interventions: [{ at, do: 'drain' }] })
    expect(made({ change: 'unpin' })).toEqual({
      interventions: [{ at, do: 'unpin', pfn: 0x67103 }],
    })
    expect(made({ change: 'inject' })).toEqual({
      interventions: [{ at, do: 'inject', fn: 'unmap_and_move', nth: 3, ret: -11 }],
    })
    expect(made({ change: 'sleep' })).toEqual({
      interventions: [{ at, do: 'sleep', actor: 'codec', ns: 10_000_000 }],
    })
    expect(made({ change: 'patch', patch: '3' })).toEqual({
      interventions: [{ at, do: 'kernel', kernel: { patches: [], mode: 'strict' } }],
    })
    expect(made({ change: 'grow' })).toEqual({
      changes: [{ do: 'grow', area: 'default', pages: 1024 }],
    })
  })

  it('says of each field what is allowed in it', () => {
    expect(problems({ event: 'soon' }).event).toMatch(/from 0 to 48,211/)
    expect(problems({ event: '48212' }).event).toMatch(/right behind it/)
    expect(problems({ change: 'unpin', pfn: '67x' }).pfn).toMatch(/such as 0x67103/)
    expect(problems({ change: 'patch' }).patch).toBe('does not build')
    expect(problems({ change: 'grow', pages: '1K' }).pages).toMatch(/such as 4M/)
    expect(problems({ change: 'grow', area: 'video' }).area).toBe('An area of this board: default.')
    expect(problems({ change: 'inject', nth: '0' }).nth).toMatch(/1 is the next one/)
    expect(problems({ change: 'inject', ret: '-12' }).ret).toBe('An error it can return: -EAGAIN.')
    expect(problems({ change: 'inject', fn: 'kfree' }).fn).toMatch(/unmap_and_move/)
    expect(problems({ change: 'sleep', time: '10' }).time).toMatch(/with its unit/)
    expect(problems({ change: 'sleep', actor: ' ' }).actor).toMatch(/name of an actor/)
  })

  it('asks for no field that its change does not have', () => {
    expect(problems({ change: 'drain', pfn: '', time: '', pages: '' })).toEqual({})
    expect(problems({ change: 'grow', event: '' })).toEqual({})
  })

  it('reads pages and sizes', () => {
    expect([readPages('4M'), readPages('512 KiB'), readPages('1,024'), readPages('x')]).toEqual([
      1024,
      128,
      1024,
      null,
    ])
  })

  it('begins at the cursor, or before the request that failed when that stands at the end', () => {
    const request = { ret: -12, event: 30_998 } as never
    expect(firstEvent({ events: 100, requests: [] }, 42)).toBe(42)
    expect(firstEvent({ events: 48_213, requests: [request] }, null)).toBe(30_997)
    expect(firstEvent({ events: 100, requests: [] }, 99)).toBe(98)
    expect(firstEvent({ events: 1, requests: [] }, null)).toBe(0)
  })

  it('flips patches of the kernel the run has there, after the forks that changed it', () => {
    const { recipe } = CONTEXT.summary
    const kernel = { patches: [1], mode: 'strict' } as const
    expect(kernelOf(recipe).patches).toEqual([3])
    expect(kernelOf({ ...recipe, interventions: [{ at: 5, do: 'kernel', kernel }] })).toBe(kernel)
  })
})
