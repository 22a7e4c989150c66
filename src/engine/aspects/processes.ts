/** Tasks with their address spaces, page tables and what these map. */
import type { Cell, Sheet } from '../../shared/sheet'
import {
  is_migration_entry,
  isSwapPte,
  PAGE_SIZE,
  page_to_pfn,
  pteTarget,
  PTE_DIRTY,
  PTE_SPECIAL,
  PTE_WRITE,
  PTE_YOUNG,
  VM_EXEC,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Machine,
  type MmStruct,
} from '../../sim'
import { entriesByKind, mappedPages, pinsByTask } from '../processes'
import { column, sheet, shortened } from './sheet'

const MOST_ROWS = 256
/** Rows of mapped pages: a process whose frames lie apart has one a page. */
const MOST_MAPPINGS = 2048

export function processSheets(m: Machine): Sheet[] {
  const pins = pinsByTask(m)
  const tasks = m.tasks.map((task) => [
    task.comm,
    task.pid,
    task.cpu,
    mappedPages(m, task),
    pins.get(task.id) ?? 0,
    m.current === task.id ? 'now' : null,
    task.calls.at(-1) ?? null,
  ])
  return [
    sheet(
      'Tasks',
      [
        column('task', 'actor'),
        column('pid'),
        column('cpu'),
        column('mapped'),
        column('pins'),
        column('runs', 'text'),
        column('in', 'text'),
      ],
      tasks,
      'Mapped pages and pins; in: the innermost modelled function the task is in.',
    ),
    areaSheet(m),
    tableSheet(m),
    mappingSheet(m),
  ]
}

/** Memory areas of all processes, as /proc/PID/maps has them. */
function areaSheet(m: Machine): Sheet {
  const rows = m.mms.flatMap((mm) =>
    mm.vmas.map((vma): Cell[] => [
      ownerOf(m, mm),
      vma.start * PAGE_SIZE,
      vma.end * PAGE_SIZE,
      vma.end - vma.start,
      accessText(vma.flags),
      vma.flags,
      vma.file?.name ?? (vma.vm_ops === null ? 'anonymous' : 'driver memory'),
    ]),
  )
  const columns = [
    column('process', 'actor'),
    column('start', 'address'),
    column('end', 'address'),
    column('pages'),
    column('access', 'text'),
    column('vm_flags', 'hex'),
    column('of', 'text'),
  ]
  return shortened('Memory areas', columns, rows, MOST_ROWS)
}

function ownerOf(m: Machine, { owner }: MmStruct): string {
  return m.tasks[owner]?.comm ?? ''
}

/** `rw-p` as in /proc/PID/maps. */
function accessText(flags: number): string {
  const letter = (bit: number, set: string, clear = '-'): string =>
    (flags & bit) === 0 ? clear : set
  return `${letter(VM_READ, 'r')}${letter(VM_WRITE, 'w')}${letter(VM_EXEC, 'x')}${letter(VM_SHARED, 's', 'p')}`
}

/** Page tables with how many entries of each kind they have. */
function tableSheet(m: Machine): Sheet {
  const rows = m.mms.flatMap((mm) =>
    tablesOf(mm).map(([index, { page, entries }]): Cell[] => {
      const [, ...kinds] = entriesByKind(entries)
      return [ownerOf(m, mm), index * entries.length * PAGE_SIZE, page_to_pfn(m, page), ...kinds]
    }),
  )
  const columns = [
    column('process', 'actor'),
    column('from', 'address'),
    column('pfn', 'pfn'),
    column('present'),
    column('swap'),
    column('migration'),
  ]
  const table = shortened('Page tables', columns, rows, MOST_ROWS)
  const note = `Entries by kind; the frame is that of the table itself. ${table.note}`
  return { ...table, note: note.trim() }
}

/** What the page tables map: entries next to each other that lead to frames next to each other are one row. */
function mappingSheet(m: Machine): Sheet {
  const rows = m.mms.flatMap((mm) => [
    ...entryRuns(mm).map((run): Cell[] => [
      ownerOf(m, mm),
      run.vpn * PAGE_SIZE,
      run.entries,
      entryText(run.pte),
      isSwapPte(run.pte) ? null : page_to_pfn(m, pteTarget(run.pte)),
    ]),
    ...[...mm.huge].map(([index, pte]): Cell[] => [
      ownerOf(m, mm),
      index * 2 ** m.hpageOrder * PAGE_SIZE,
      2 ** m.hpageOrder,
      `huge ${entryText(pte)}`,
      page_to_pfn(m, pteTarget(pte)),
    ]),
  ])
  const columns = [
    column('process', 'actor'),
    column('address', 'address'),
    column('pages'),
    column('entry', 'text'),
    column('first pfn', 'pfn'),
  ]
  const table = shortened('Mapped pages', columns, rows, MOST_MAPPINGS)
  const note = `W may write, D dirty, A accessed; special has no struct page behind it. ${table.note}`
  return { ...table, note: note.trim() }
}

function tablesOf(
  mm: MmStruct,
): [number, { readonly page: number; readonly entries: Int32Array }][] {
  return [...mm.pgd].toSorted(([a], [b]) => a - b)
}

interface EntryRun {
  readonly vpn: number
  readonly pte: number
  entries: number
}

/** Entries in ascending order, as long as kind and attributes stay and the frames follow each other. */
function entryRuns(mm: MmStruct): EntryRun[] {
  const runs: EntryRun[] = []
  for (const [index, { entries }] of tablesOf(mm)) {
    for (const [i, pte] of entries.entries()) {
      if (pte === 0) continue
      const vpn = index * entries.length + i
      const last = runs.at(-1)
      if (last !== undefined && goesOn(last, vpn, pte)) last.entries++
      else runs.push({ vpn, pte, entries: 1 })
    }
  }
  return runs
}

function goesOn(run: EntryRun, vpn: number, pte: number): boolean {
  return (
    vpn === run.vpn + run.entries &&
    entryText(pte) === entryText(run.pte) &&
    pteTarget(pte) === pteTarget(run.pte) + run.entries
  )
}

function entryText(pte: number): string {
  if (isSwapPte(pte)) return 'swap'
  if (is_migration_entry(pte)) return 'migration'
  const letter = (bit: number, name: string): string => ((pte & bit) === 0 ? '-' : name)
  const bits = `${letter(PTE_WRITE, 'W')}${letter(PTE_DIRTY, 'D')}${letter(PTE_YOUNG, 'A')}`
  return (pte & PTE_SPECIAL) === 0 ? `present ${bits}` : `special ${bits}`
}
