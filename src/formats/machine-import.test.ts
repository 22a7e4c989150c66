import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bootMachine,
  check,
  createKernel,
  frag_show,
  pagetypeinfo_show,
  presetMachine,
  zoneinfo_show,
  type Machine,
} from '../sim'
import { parsePagetypeinfo } from './proc-free'
import { textOfBytes } from './text-lines'
import { foreignFile, imported, machineOf, refusal } from './test/foreign'

/** Rows of buddyinfo without their padding. */
function rows(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
}

/** Free rows of pagetypeinfo for the types both kernels have. */
function freeRows(text: string): string[] {
  return rows(text)
    .filter((row) => row.includes(', type ') && !/type (Reserve|HighAtomic|Isolate)/.test(row))
    .toSorted()
}

/** Free blocks by type, without rows of none, and pageblocks without columns of none. */
function typesOf(text: string): unknown {
  const read = parsePagetypeinfo({ name: 'pagetypeinfo', text })
  if (!read.ok) throw new Error(read.error.message)
  const { free, blocks } = read.value
  return {
    free: free.filter((row) => row.blocks.some((n) => n > 0)).map(({ line: _line, ...row }) => row),
    blocks: blocks.map((row) => [row.zone, ...[...row.blocks].filter(([, n]) => n > 0)]),
  }
}

/** Watermarks of the zones that have pages. */
function marksOf(m: Machine): unknown {
  const populated = m.zones.filter((zone) => zone.present_pages > 0)
  return populated.map((zone) => [zone.name, ...zone.watermark])
}

const PRESETS = ['vexpress-128m', 'exynos4-1g', 'x86_64-512m', 'x86_32-noswiotlb'] as const

function presetBoard(name: string): Machine {
  const made = presetMachine(name)
  if (!made.ok) throw new Error(made.message)
  return bootMachine(made.spec, createKernel({ patches: [], mode: 'strict' }))
}

describe('a machine from /proc files', () => {
  it('has as many free blocks of every order as the file of a 6.1 kernel says', () => {
    const file = foreignFile('deb61.buddyinfo')
    const all = [file, foreignFile('deb61.pagetypeinfo'), foreignFile('deb61.zoneinfo')]
    for (const files of [[file], all]) {
      const m = machineOf(imported(...files))
      expect(rows(frag_show(m))).toEqual(rows(file.text))
      expect(check(m)).toEqual([])
    }
  })

  it('has the free blocks by type, the marks and the pageblocks of a 6.12 kernel with CMA', () => {
    const types = foreignFile('cma.pagetypeinfo')
    const files = [foreignFile('cma.buddyinfo'), types, foreignFile('cma.zoneinfo')]
    const m = machineOf(imported(...files, foreignFile('cma.dmesg')))
    expect(freeRows(pagetypeinfo_show(m))).toEqual(freeRows(types.text))
    expect(Array.from(m.zones[0]?.watermark ?? [])).toEqual([702, 877, 1052])
    expect(m.cma.map((area) => [area.base_pfn, area.count])).toEqual([[0x1ee00, 4096]])
    expect(check(m)).toEqual([])
  })

  it('puts the area of a kernel whose log is not there at the end of its zone, and says so', () => {
    const { guessed } = imported(foreignFile('cma.pagetypeinfo'), foreignFile('cma.zoneinfo'))
    expect(guessed.join('\n')).toMatch(
      /DMA32: its CMA area begins at 0x1e\w+: the kernel log would say/,
    )
  })

  it('says which pages it could not place: those on per-CPU lists', () => {
    const { unused } = imported(foreignFile('deb61.pagetypeinfo'), foreignFile('deb61.zoneinfo'))
    expect(unused).toEqual([
      '562 pages on per-CPU lists: which ones is not said; they count as in use',
    ])
  })

  it.each(PRESETS)(
    'reads what our own export prints of %s, and makes the same lists of it',
    (name) => {
      const m = presetBoard(name)
      const texts = [
        { name: 'buddyinfo', text: frag_show(m) },
        { name: 'pagetypeinfo', text: pagetypeinfo_show(m) },
        { name: 'zoneinfo', text: zoneinfo_show(m) },
      ]
      const again = machineOf(imported(...texts))
      expect(rows(frag_show(again))).toEqual(rows(frag_show(m)))
      expect(typesOf(pagetypeinfo_show(again))).toEqual(typesOf(pagetypeinfo_show(m)))
      expect(marksOf(again)).toEqual(marksOf(m))
      expect(check(again)).toEqual([])
    },
  )

  it('refuses a machine larger than the model, with the sums still told', () => {
    const text = `Node 0, zone   Normal ${'1 '.repeat(10)} 9000\n`
    const { scenario, zones } = imported({ name: 'buddyinfo', text })
    expect(scenario?.ok).toBe(false)
    if (scenario?.ok === false)
      expect(scenario.error.message).toContain('the model holds 2,097,152')
    expect(zones[0]?.freePages).toBe(9000 * 1024 + 1023)
  })

  it.each([
    ['Node 0, zone Normal 1 2\nNode 0, zone DMA 1\n', 'f:2: 1 orders, the rows before have 2'],
    ['Node 0, zone Normal 1\nNode 0, zone Normal 1\n', 'f:2: a second row of node 0, zone Normal'],
    ['Node 0, zone Normal 1\nrubbish\n', 'f:2: expected "Node 0, zone Normal"'],
    ['Page block order: 99\n', 'f:1: expected "Page block order: 9"'],
    ['Page block order: 9\nNode 0, zone Normal, type Movable\n', 'f:2: expected'],
    ['Node 0, zone Normal\n  min 3\n', 'f:1: zone Normal has no line "pages free"'],
    [`Node 0, zone Normal ${'9'.repeat(20)}\n`, 'f:1: "100000000000000000000" is no count'],
    [`Node 0, zone Normal ${'1 '.repeat(9000)}\n`, 'f:1: a line of'],
    ['Node 0, zone Normal 1\0\n', 'f:1: a NUL byte'],
    ['N\0o\0d\0e\0 \0', 'f:1: a NUL byte: it looks like UTF-16; make UTF-8 of it'],
    ['', 'f: the file is empty'],
    ['\n \n', 'f: the file is empty'],
    ['nothing of it\n', 'f:1: no buddyinfo'],
    [
      '{"traceEvents":[\n"cma: cma_alloc"',
      'f:1: no buddyinfo, pagetypeinfo, zoneinfo, kernel log or ftrace text; it looks like JSON',
    ],
    ['event,time_ns,cpu,task\n0,1,0,"cma: x"\n', 'it looks like CSV: of what Pinscope exports'],
    ['<!doctype html>\n<p>cma: x\n', 'it looks like a page or a picture'],
  ])('refuses %j with its line and reason', (text, message) => {
    expect(refusal({ name: 'f', text })).toContain(message)
  })

  it('says where free lists and zoneinfo cannot be of one machine, and not where they differ by a little', () => {
    const zoneinfo = foreignFile('cma.zoneinfo')
    const strangers = (text: string): string[] =>
      imported({ name: 'b', text }, zoneinfo).unused.filter((s) => s.includes('of one machine'))
    const own = foreignFile('cma.buddyinfo').text
    const [zone = ''] = /zone +\w+/.exec(own) ?? []
    expect(strangers(own)).toEqual([])
    const [said] = strangers(`Node 0, ${zone} 7 1\n`)
    expect(said).toContain(
      '9 pages on the free lists, which are taken: are the files of one machine',
    )
  })

  it('reads UTF-8 and UTF-16 with their marks, which are no part of the text', () => {
    const text = 'Node 0, zone Normal 1 2\n'
    const le = Buffer.from(`\ufeff${text}`, 'utf16le')
    const be = Buffer.from(le).swap16()
    for (const bytes of [Buffer.from(`\ufeff${text}`), le, be, Buffer.from(text)]) {
      expect(textOfBytes(bytes)).toBe(text)
    }
  })

  it('never throws, whatever one character of a file becomes', () => {
    const files = [
      'deb61.buddyinfo',
      'deb61.pagetypeinfo',
      'cma.zoneinfo',
      'cma.dmesg',
      'heap.trace',
    ]
    const texts = files.map(foreignFile)
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(20_000),
        fc.string({ maxLength: 3, unit: 'binary' }),
        ({ name, text }, at, put) => {
          const i = at % text.length
          const message = refusal({ name, text: text.slice(0, i) + put + text.slice(i + 1) })
          return message === 'accepted' || /^\S+:\d+: |^a /.test(message)
        },
      ),
      { numRuns: 500 },
    )
  })
})
