import { describe, expect, it } from 'vitest'
import { execText } from './exec'

const TOY = {
  zones: [{ name: 'Normal', startPfn: 0, pages: 64 }],
  pageblockOrder: 3,
  cpus: 2,
  cma: [{ startPfn: 16, pages: 16 }],
}

interface Result {
  readonly call: string
  readonly ret: number
  readonly [member: string]: unknown
}

/** Results of a list of calls on a small machine; the list must be accepted. */
function results(calls: readonly object[], members: object = {}): Result[] {
  let out = ''
  let err = ''
  const io = { out: (t: string) => (out += t), err: (t: string) => (err += t), live: false }
  const input = { format: 'pinscope/exec@1', machine: TOY, calls, ...members }
  const code = execText(io, JSON.stringify(input), 'in', { compact: true })
  expect([code, err]).toEqual([0, ''])
  return (JSON.parse(out) as { results: Result[] }).results
}

/** The complaint about a list of calls that is refused. */
function complaint(calls: readonly object[], members: object = {}): string {
  let err = ''
  const io = { out: () => undefined, err: (t: string) => (err += t), live: false }
  const input = { format: 'pinscope/exec@1', machine: TOY, calls, ...members }
  expect(execText(io, JSON.stringify(input), 'in', { compact: true })).toBe(2)
  return err.trim()
}

describe('pinscope exec takes what its input may look like', () => {
  it('a result has the name of the call as it was written', () => {
    const calls = [
      { call: 'mmap', addr: 4096, pages: 1 },
      { call: 'read', addr: 4096 },
      { call: 'write', addr: 4096 },
      { call: 'isolate', start: 0, end: 8 },
      { call: 'undo', start: 0, end: 8 },
    ]
    expect(results(calls).map((r) => r.call)).toEqual(calls.map((c) => c.call))
  })

  it('processes, queues and files may have numbers for names', () => {
    const [, touched, , fork, exit, queue] = results([
      { call: 'mmap', mm: 7, addr: '0x100000', pages: 2 },
      { call: 'touch', mm: 7, addr: '0x100000', pages: 2 },
      { call: 'create_file', name: 3, pages: 1 },
      { call: 'fork', mm: '7', child: 8 },
      { call: 'exit', mm: 8 },
      { call: 'vb2_reqbufs', queue: 0, count: 1, mm: 7 },
    ])
    expect(touched).toMatchObject({ ret: 0, touched: 2 })
    expect(fork).toMatchObject({ child: '8' })
    expect([exit?.ret, queue?.ret]).toEqual([0, 0])
  })

  it('mmap takes prot and flags as mmap(2) does, and address 0 for any place', () => {
    const [anywhere, readOnly, failed, shared, , child] = results([
      { call: 'mmap', addr: 0, length: 4096, prot: 3, flags: 0x22 },
      { call: 'mmap', addr: '0x2000', pages: 1, prot: 'PROT_READ', flags: 'MAP_PRIVATE|MAP_ANON' },
      { call: 'write', addr: '0x2000' },
      { call: 'mmap', addr: '0x4000', pages: 1, flags: ['MAP_SHARED', 'MAP_ANONYMOUS'] },
      { call: 'fork', as: 'child' },
      { call: 'write', mm: 'child', addr: '0x4000' },
      { call: 'write', addr: '0x4000', expect: { ret: 0 } },
    ])
    expect(anywhere?.ret).toBeGreaterThan(0)
    expect(readOnly?.ret).toBe(0x2000)
    expect(failed).toMatchObject({ ret: -14, errno: 'EFAULT' })
    // Shared memory is one frame for both; private memory would have been copied.
    const frames = results([
      { call: 'mmap', addr: '0x4000', pages: 1, flags: 'MAP_SHARED' },
      { call: 'fork', as: 'child' },
      { call: 'write', mm: 'child', addr: '0x4000' },
      { call: 'write', addr: '0x4000' },
    ]).map((r) => r.pfn)
    expect([shared?.ret, child?.ret]).toEqual([0x4000, 0])
    expect(frames[3]).toBe(frames[2])
    expect(complaint([{ call: 'mmap', pages: 1, flags: 'MAP_HUGETLB' }])).toContain(
      'call 0: mmap: flags: unknown flag "MAP_HUGETLB"',
    )
    expect(complaint([{ call: 'mmap', pages: 1, prot: 'PROT_NONE' }])).toContain('prot: expected r')
  })

  it('a member that is null counts as left out', () => {
    const calls = [{ call: 'alloc_pages', gfp: 'GFP_KERNEL', order: null, cpu: null, as: null }]
    const kernel = { patches: null, policy: null, fixes: null }
    expect(results(calls, { kernel })[0]?.ret).toBe(0)
  })

  it.each(['12345', 12345, '1,2,3,4,5', 'p12345', '1+2+3+4+5', 'all', [5, 4, 3, 2, 1]])(
    'patches %j are all five',
    (patches) => {
      const calls = [
        { call: 'get_user_pages', addr: '0x100000', n: 1, write: 1, flags: '0x10000', as: 'p' },
      ]
      const state = {
        zones: [{ name: 'Normal', freeLists: { 3: { C: [24], M: [0] } } }],
        pages: { 20: { kind: 'anon', addr: '0x100000' } },
      }
      expect(results(calls, { state })[0]?.pins).toMatchObject([{ pfn: 20 }])
      // Patches 3 and 4 replace the CMA page by one of the other block.
      const pins = results(calls, { kernel: { patches }, state })[0]?.pins as { pfn: number }[]
      expect(pins[0]?.pfn).toBeLessThan(8)
    },
  )

  it('a range may be given by its first page and a number of pages', () => {
    const [contig, isolated] = results([
      { call: 'alloc_contig_range', start: 16, pages: 4 },
      { call: 'isolate', pfn: 0 },
    ])
    expect([contig?.pfn, isolated?.ret]).toEqual([16, 0])
    expect(complaint([{ call: 'alloc_contig_range', start: 16 }])).toContain('end: is missing')
  })

  it.each(['arm', 'vexpress-a9', 'x86_64', 'exynos4', 'x86_32', 'vexpress-128m'])(
    'preset %s is the first board of its family',
    (preset) => {
      const calls = [{ call: 'dump', what: 'buddyinfo' }]
      expect(results(calls, { machine: { preset } })[0]?.text).toContain('Node 0, zone')
    },
  )

  it('options may be the lines of a kernel configuration, and one area needs no list', () => {
    const machine = { ...TOY, cma: TOY.cma[0], configs: ['CONFIG_CMA=y', 'CONFIG_HIGHMEM=n'] }
    expect(results([{ call: 'cma_alloc', count: 1 }], { machine })[0]?.pfn).toBe(16)
  })

  it('bits of a CMA bitmap are on no list, and in an area', () => {
    const zones = [{ name: 'Normal', freeLists: { 3: { C: [24] } } }]
    const calls = [{ call: 'dump', what: 'cma_bitmap' }]
    const set = (cma: unknown) => ({ state: { zones, cma } })
    const shown = results(calls, set([{ area: 'default', set: [0, [2, 3]] }]))[0]?.areas
    expect(shown).toMatchObject([
      {
        used: 4,
        set: [
          [0, 1],
          [2, 3],
        ],
      },
    ])
    // What a dump shows is taken back.
    expect(results(calls, set(shown))[0]?.areas).toEqual(shown)
    expect(complaint(calls, set([{ set: [8] }]))).toBe(
      'pinscope: in: state.cma[0]: pfn 24 is set and on a free list',
    )
    expect(complaint(calls, set([{ set: [16] }]))).toContain('bit 16 is outside area default')
    expect(complaint(calls, set([{ area: 3, set: [1] }]))).toContain('there is no such area')
  })

  it('calls that run while another sleeps are given by the word', () => {
    const [, io] = results([
      { call: 'mmap', addr: '0x100000', pages: 1 },
      {
        call: 'direct_io',
        addr: '0x100000',
        interleave: [{ ip: 'sleep', calls: [{ call: 'page', addr: '0x100000' }] }],
      },
    ])
    expect(io).toMatchObject({ ret: 1, interleaved: [{ refs: { pin: 1 } }] })
  })

  it('a name that was given back or is of another kind is refused', () => {
    const map = { call: 'mmap', addr: '0x100000', pages: 1 }
    const region = { call: 'ib_umem_get', addr: '0x100000', as: 'r' }
    const release = { call: 'ib_umem_release', umem: 'r' }
    expect(complaint([map, region, release, release])).toContain('call 3: ib_umem_release: "r" is')
    expect(complaint([map, region, { call: 'vb2_put_userptr', buffer: 'r' }])).toContain(
      'call 2: vb2_put_userptr: "r" is no memory',
    )
    expect(complaint([{ call: 'sysctl', name: 'swappiness', value: 1 }])).toContain(
      'there are min_free_kbytes, percpu_pagelist_fraction, lowmem_reserve_ratio',
    )
  })
})
