import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseScenario, planScenario, type Scenario } from './scenario'

const SC01 = readFileSync('resources/scenarios/sc-01.json', 'utf8')

function parsed(text: string): Scenario {
  const result = parseScenario(text, 'test.json')
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function complaint(change: (body: Record<string, never>) => void): string {
  const body = JSON.parse(SC01) as Record<string, never>
  change(body)
  const result = parseScenario(JSON.stringify(body), 'test.json')
  return result.ok ? 'accepted' : result.error.message
}

/** Looks into parsed JSON of unknown shape. */
function dig(body: unknown, ...path: (string | number)[]): Record<string, unknown> {
  let node: unknown = body
  for (const key of path) node = (node as Record<string | number, unknown>)[key]
  return node as Record<string, unknown>
}

describe('parseScenario', () => {
  it('reads the shipped sc-01 with its parameters', () => {
    const { info } = parsed(SC01)
    expect(info.id).toBe('sc-01')
    expect(info.parameters.find((p) => p.name === 'buffers')).toMatchObject({ min: 1, max: 32 })
    expect(info.parameters.find((p) => p.name === 'cma')).toMatchObject({
      type: 'size',
      default: '16M',
    })
  })

  it('says in one line that a text is not JSON', () => {
    const result = parseScenario('{ "format": ', 'broken.json')
    expect(result.ok).toBe(false)
    if (result.ok) return
    expect(result.error.message).toMatch(/^broken\.json: not JSON: /)
    expect(result.error.message).not.toContain('\n')
  })

  it('names an unknown field, its path and what is allowed there', () => {
    const text = complaint((body) => (dig(body, 'actors', 0).colour = 'red'))
    expect(text).toBe(
      'test.json: actors[0].colour: unknown field; allowed: name, cpu, start, threadOf, program',
    )
  })

  it('names a field of an instruction that its op does not have', () => {
    const text = complaint((body) => (dig(body, 'actors', 0, 'program', 0).queue = 'x'))
    expect(text).toBe(
      'test.json: actors[0].program[0].queue: unknown field; allowed: op, as, max, slack, id, expectRet',
    )
  })

  it('names an unknown op with the ops there are', () => {
    const text = complaint((body) => (dig(body, 'actors', 1, 'program', 2).op = 'dance'))
    expect(text).toMatch(
      /^test\.json: actors\[1\]\.program\[2\]: expected an instruction whose op is one of mmap, /,
    )
  })

  it('names a missing field', () => {
    const text = complaint((body) => delete (dig(body, 'actors', 0) as { name?: unknown }).name)
    expect(text).toMatch(/^test\.json: actors\[0\]\.name: is missing/)
  })

  it('refuses a CMA area larger than its zone', () => {
    const text = complaint((body) => (dig(body, 'machine').cma = '512M'))
    expect(text).toMatch(/^test\.json: machine\.cma: /)
  })

  it('takes the x86 presets and refuses what their kernels do not have', () => {
    const machine = (value: unknown): string => complaint((body) => (dig(body).machine = value))
    const x86 = { preset: 'x86_64-512m', movablecore: '256M', groupByMobility: 'auto' }
    expect(machine(x86)).toBe('accepted')
    expect(machine({ preset: 'x86_32-noswiotlb', cma: '16M' })).toBe('accepted')
    expect(machine({ ...x86, cma: '16M' })).toMatch(/^test\.json: machine\.cma: .*SWIOTLB/)
    expect(machine({ preset: 'exynos4-1g', movablecore: '64M' })).toMatch(
      /machine\.movablecore: ARM/,
    )
  })

  it('refuses explicit zones that span too much, and memory blocks that cannot be isolated', () => {
    const zone = (name: string, startPfn: number) => ({ name, startPfn, pages: 1024 })
    const explicit = (more: object): string =>
      complaint((body) => (dig(body).machine = { cpus: 1, pageblockOrder: 10, ...more }))
    expect(explicit({ zones: [zone('Normal', 0), zone('Movable', 1 << 22)] })).toMatch(
      /machine\.zones: from the first frame to the last/,
    )
    expect(explicit({ zones: [zone('Normal', 0)], sectionPages: 1000 })).toMatch(
      /machine\.sectionPages: must be a multiple of 1024/,
    )
    expect(explicit({ zones: [{ name: 'Normal', startPfn: 0, pages: 0 }] })).toMatch(
      /machine\.zones: at least one zone must have pages/,
    )
  })

  it('refuses an unaligned area of an explicit machine', () => {
    const text = complaint((body) => {
      dig(body).machine = {
        cpus: 1,
        pageblockOrder: 10,
        zones: [{ name: 'Normal', startPfn: '0x60000', pages: 32768 }],
        cma: [{ name: 'default', startPfn: '0x60100', pages: 1024 }],
      }
    })
    expect(text).toBe(
      'test.json: machine.cma[0].startPfn: unaligned: must be a multiple of 1024 pages',
    )
  })

  it('refuses an explicit area that reaches past its zone', () => {
    const text = complaint((body) => {
      dig(body).machine = {
        cpus: 1,
        pageblockOrder: 10,
        zones: [{ name: 'Normal', startPfn: '0x60000', pages: 32768 }],
        cma: [{ name: 'default', startPfn: '0x67c00', pages: 2048 }],
      }
    })
    expect(text).toContain('machine.cma[0].pages: the area is larger than what zone Normal has')
  })

  it('refuses a wait that nobody signals, for it would never end', () => {
    const text = complaint((body) => (dig(body, 'actors', 2, 'program', 1).name = 'never'))
    expect(text).toMatch(/^test\.json: actors\[2\]\.program\[1\]\.name: nobody signals "never"/)
  })

  it('refuses the use of a name that no earlier instruction made', () => {
    const text = complaint((body) => (dig(body, 'actors', 1, 'program', 4).area = 'nowhere'))
    expect(text).toBe('test.json: actors[1].program[4].area: no area "nowhere"; known here: frames')
  })

  it('refuses deep nesting without a stack overflow', () => {
    const result = parseScenario('['.repeat(60) + ']'.repeat(60), 'deep.json')
    expect(result.ok ? '' : result.error.message).toBe('deep.json: nested deeper than 40 levels')
  })

  it('refuses an only on a parameter that does not exist, and names the nearest', () => {
    const text = complaint((body) => (dig(body, 'actors', 1, 'program', 2).only = { bufers: 4 }))
    expect(text).toMatch(
      /^test\.json: actors\[1\]\.program\[2\]\.only\.bufers: no such parameter; there are machine, .*; did you mean buffers\?$/,
    )
  })

  it('refuses an only on an actor in the same way', () => {
    const text = complaint((body) => (dig(body, 'actors', 2).only = { nothingLikeIt: true }))
    expect(text).toMatch(
      /^test\.json: actors\[2\]\.only\.nothingLikeIt: no such parameter; there are /,
    )
  })

  it('refuses a parameter reference that does not exist', () => {
    const text = complaint((body) => (dig(body, 'machine').cma = '$cmaSize'))
    expect(text).toMatch(/^test\.json: machine\.cma: no parameter \$cmaSize; there are \$machine, /)
  })
})

describe('planScenario', () => {
  it('turns sizes into pages and one qbuf with a count into one instruction a buffer', () => {
    const plan = planScenario(parsed(SC01), { buffers: '2', bufferSize: '64K' })
    if (!plan.ok) throw new Error(plan.error.message)
    const camera = plan.value.actors.find((a) => a.name === 'camera')
    const qbufs = camera?.program.filter((i) => i.op === 'qbuf') ?? []
    expect(qbufs).toMatchObject([
      { index: 0, from: 0, size: 65536, id: 'camera.qbuf0' },
      { index: 1, from: 16, size: 65536, id: 'camera.qbuf1' },
    ])
  })

  it('refuses an unknown parameter with the known ones', () => {
    const plan = planScenario(parsed(SC01), { ram: '1G' })
    expect(plan.ok ? '' : plan.error.message).toMatch(
      /^sc-01 has no parameter "ram"; it has machine, cma, /,
    )
  })

  it('refuses a value out of its range with the range', () => {
    const plan = planScenario(parsed(SC01), { buffers: '99' })
    expect(plan.ok ? '' : plan.error.message).toBe(
      'parameter buffers: expected a whole number from 1 to 32, got "99"',
    )
  })
})

describe('a machine with swap space', () => {
  it('has so many pages of it, as preset and as explicit zones; none when nothing is said', () => {
    const swapOf = (machine: unknown): number | undefined => {
      const scenario = JSON.parse(SC01) as Record<string, unknown>
      if (machine !== undefined) scenario.machine = machine
      const plan = planScenario(parsed(JSON.stringify(scenario)), {})
      if (!plan.ok) throw new Error(plan.error.message)
      return plan.value.machine.swapPages
    }
    expect(swapOf(undefined)).toBeUndefined()
    expect(swapOf({ preset: 'vexpress-128m', cma: '16M', swapPages: 512 })).toBe(512)
    const zones = [{ name: 'Normal', startPfn: 0, pages: 8192 }]
    expect(swapOf({ cpus: 1, pageblockOrder: 10, zones, swapPages: 64 })).toBe(64)
  })
})

describe('hostile and impossible files', () => {
  it('answers a hundred thousand levels of nesting without running out of stack', () => {
    const levels = 100_000
    const text = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
    const result = parseScenario(text, 'deep.json')
    expect(result.ok ? '' : result.error.message).toBe('deep.json: nested deeper than 40 levels')
  })

  it.each([
    ['null', 'x.json: expected an object with format, id, '],
    ['[]', 'x.json: format: is missing; the fields are format, id, '],
    ['{"id":"x"}', 'x.json: format: is missing; the fields are format, id, '],
  ])('says what a file that holds %s lacks', (text, message) => {
    const result = parseScenario(text, 'x.json')
    expect(result.ok ? '' : result.error.message).toContain(message)
  })

  const ZONE = { name: 'Normal', startPfn: 0, pages: 4096 }
  it.each([
    ['cma[1]', { cma: [area('a', 1024, 2048), area('b', 2048, 1024)] }],
    ['cma[1]', { cma: [area('a', 1024, 1024), area('a', 2048, 1024)] }],
    ['zones[1].name', { zones: [ZONE, { ...ZONE, startPfn: 4096 }] }],
    ['reserved[0]', { reserved: [{ startPfn: 4000, pages: 200 }] }],
    ['reserved[0]', { cma: [area('a', 1024, 1024)], reserved: [{ startPfn: 1100, pages: 1 }] }],
    ['zones', { cma: [area('a', 0, 4096)] }],
    ['zones', { zones: [{ ...ZONE, name: 'HighMem' }] }],
  ])('refuses an impossible machine at machine.%s', (at, change) => {
    const text = complaint((body) => {
      dig(body).machine = { cpus: 1, pageblockOrder: 10, zones: [ZONE], ...change }
    })
    expect(text).toMatch(`test.json: machine.${at}: `)
  })

  it.each([
    ['expect.BASE[0].ret', { outcome: 'x', ret: '-EWHATEVER' }],
    ['expect.BASE[0].counter', { counter: 'no_such_counter', min: 1 }],
    ['expect.BASE[0]', { counter: 'replaced' }],
    ['expect.BASE[0].when.nope', { counter: 'replaced', min: 1, when: { nope: 1 } }],
  ])('refuses an expectation that can say nothing, at %s', (at, clause) => {
    const text = complaint((body) => (dig(body, 'expect').BASE = [clause]))
    expect(text).toMatch(`test.json: ${at}: `)
  })
})

function area(name: string, startPfn: number, pages: number) {
  return { name, startPfn, pages }
}
