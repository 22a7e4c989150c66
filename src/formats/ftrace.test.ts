import { describe, expect, it } from 'vitest'
import { payloadOf, type ForeignTrace } from '../shared/foreign'
import { parseFtrace } from './ftrace'
import { foreignFile, imported } from './test/foreign'

function trace(text: string): ForeignTrace {
  const read = parseFtrace({ name: 'trace', text })
  if (!read.ok) throw new Error(read.error.message)
  return read.value.trace
}

/** An event as one text. */
function shown(t: ForeignTrace, i: number): string {
  const task = t.tasks[t.task[i] ?? 0]
  const who = `${task?.comm ?? ''}-${task?.pid ?? ''} [${t.cpu[i] ?? ''}] ${t.timeNs[i] ?? ''}`
  return `${who} ${t.typeNames[t.type[i] ?? 0] ?? ''}: ${payloadOf(t, i)}`
}

describe('ftrace text', () => {
  it.each([
    [
      '3.9',
      '          camera-101   [000] ....     0.000012: mm_page_alloc: page=c0ce2060 pfn=422147 order=0',
      'camera-101 [0] 12000 mm_page_alloc: page=c0ce2060 pfn=422147 order=0',
    ],
    [
      '6.12',
      'lab-142 [003] ..... 12.411099: mm_migrate_pages_start: mode=MIGRATE_SYNC reason=compaction',
      'lab-142 [3] 12411099000 mm_migrate_pages_start: mode=MIGRATE_SYNC reason=compaction',
    ],
    [
      'with a thread group',
      'kworker/0:1-12 (  12) [001] d..1. 1.000000: x: y=1',
      'kworker/0:1-12 [1] 1000000000 x: y=1',
    ],
    [
      'trace-cmd report',
      '           <...>-2345  [002]   345.678901: mm_page_free:         page=0xffffea pfn=0x12 order=0',
      '<...>-2345 [2] 345678901000 mm_page_free: page=0xffffea pfn=0x12 order=0',
    ],
    ['nanoseconds', 'sh-1 [000] 1.000000007: a: b=2', 'sh-1 [0] 1000000007 a: b=2'],
    [
      'a name with dashes and spaces',
      'my - prog-7-88 [000] .... 1.000000: a: b',
      'my - prog-7-88 [0] 1000000000 a: b',
    ],
    [
      'a function',
      'lab-1 [000] ..... 1.000000: migrate_pages <-compact_zone',
      'lab-1 [0] 1000000000 function: migrate_pages <-compact_zone',
    ],
    ['no payload', 'lab-1 [000] ..... 1.000000: event:', 'lab-1 [0] 1000000000 event: '],
  ])('reads a line of %s', (_what, line, expected) => {
    const t = trace(`${line}\n`)
    expect([t.events, shown(t, 0)]).toEqual([1, expected])
  })

  it('has each event of a recorded file once, in its place', () => {
    const file = foreignFile('heap.trace')
    const lines = file.text.split('\n')
    const t = trace(file.text)
    const eventLines = lines.flatMap((line, i) => (/^\S+-\d+ \[\d+\]/.test(line) ? [i + 1] : []))
    expect(Array.from(t.line)).toEqual(eventLines)
    for (const i of [0, 50, t.events - 1]) {
      const line = lines[(t.line[i] ?? 0) - 1] ?? ''
      expect(line.endsWith(payloadOf(t, i))).toBe(true)
    }
  })

  it('says where events were lost and where a file was cut', () => {
    const event = (s: number): string => `a-1 [000] .... ${s}.000000: x: y=1`
    const text = [
      '# entries-in-buffer/entries-written: 3/10   #P:2',
      event(1),
      'CPU:1 [LOST 42 EVENTS]',
      event(2),
      'CPU:0 [EVENTS DROPPED]',
      '# ... 206 lines cut ...',
      event(3),
    ].join('\n')
    expect(trace(text).cuts).toEqual([
      { line: 1, event: 0, cpu: null, lost: 7, kind: 'lost' },
      { line: 3, event: 1, cpu: 1, lost: 42, kind: 'lost' },
      { line: 5, event: 2, cpu: 0, lost: null, kind: 'lost' },
      { line: 6, event: 2, cpu: null, lost: 206, kind: 'cut' },
    ])
  })

  it('puts events in order of time and says that they were not', () => {
    const text = [
      'a-1 [000] 2.000000: x: n=1',
      'a-1 [001] 1.000000: x: n=2',
      'a-1 [001] 2.000000: x: n=3',
    ]
    const { files, trace: t } = imported({ name: 'trace', text: text.join('\n') })
    expect(t && [0, 1, 2].map((i) => payloadOf(t, i))).toEqual(['n=2', 'n=1', 'n=3'])
    expect(files[0]?.guessed[0]).toContain('1 line goes back in time')
  })

  it('counts lines that are no events and shows the first of them', () => {
    const { files } = imported({
      name: 't',
      text: 'a-1 [000] 2.000000: x: n=1\n => do_fork\nrubbish\n',
    })
    expect(files[0]?.unused).toMatchObject({ lines: 2, first: [{ line: 2 }, { line: 3 }] })
  })

  it('refuses a file without an event', () => {
    const read = parseFtrace({ name: 't', text: '# tracer: nop\n' })
    expect(read.ok ? '' : read.error.message).toContain('t:1: no event')
  })
})
