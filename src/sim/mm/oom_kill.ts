// Model of mm/oom_kill.c, v3.9 (allocator 5.6 step 10, errata 2): when nothing can be reclaimed, the
// process with the largest footprint is killed and may use the reserves to get out.
import { currentTask, printk, type Machine, type Task } from '../machine/machine'
import { isSwapPte, pte_present, PTE_SPECIAL, pteTarget, type MmStruct } from '../machine/mm_types'
import { PageAnon } from '../machine/page'
import { emit } from '../machine/trace'
import { EV_sim_oom_kill } from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal } from '../trace/frames'

const KB_PER_PAGE = 4

/** What an address space occupies, in pages. */
export interface Footprint {
  readonly anon: number
  readonly file: number
  readonly swap: number
  readonly tables: number
}

/** Counts what a process has in memory and swap. */
export function footprintOf(m: Machine, mm: MmStruct): Footprint {
  const found = { anon: 0, file: 0, swap: 0, tables: mm.pgd.size }
  for (const table of mm.pgd.values()) {
    for (const pte of table.entries) {
      if (isSwapPte(pte)) found.swap++
      if (!pte_present(pte) || (pte & PTE_SPECIAL) !== 0) continue
      if (PageAnon(m, pteTarget(pte))) found.anon++
      else found.file++
    }
  }
  return found
}

/** Pages the kill would set free: resident, page tables and swap. */
function oom_badness(m: Machine, task: Task): number {
  const mm = m.mms[task.mm]
  if (mm === undefined) return 0
  const { anon, file, swap, tables } = footprintOf(m, mm)
  return anon + file + swap + tables
}

/** Memory and swap of the machine in pages, by which the printed score is scaled. */
function totalPages(m: Machine): number {
  const ram = m.zones.reduce((n, zone) => n + zone.managed_pages, 0)
  return ram + (m.spec.swapPages ?? 0)
}

/** A task that was chosen before and is not gone yet: it is waited for instead of killing another. */
function dyingVictim(m: Machine): Task | undefined {
  return m.tasks.find((task) => task.memdie && task.mm >= 0)
}

/** The task with the largest footprint; among equals the oldest. Kernel threads are never chosen. */
function select_bad_process(m: Machine): { victim: Task; points: number } | null {
  let best: { victim: Task; points: number } | null = null
  for (const task of m.tasks) {
    if (task.mm < 0 || task.sigkill) continue
    const points = oom_badness(m, task)
    if (points > 0 && (best === null || points > best.points)) best = { victim: task, points }
  }
  return best
}

/** Prefers the child with an address space of its own that holds most (`or sacrifice child`). */
function sacrificeChild(m: Machine, parent: Task): Task {
  let victim = parent
  let most = 0
  for (const task of m.tasks) {
    if (task.parent !== parent.id || task.mm === parent.mm || task.sigkill) continue
    const points = oom_badness(m, task)
    if (points > most) {
      victim = task
      most = points
    }
  }
  return victim
}

/** SIGKILL for every task of the process; the chosen one may use the reserves. */
function killProcess(m: Machine, victim: Task): void {
  for (const task of m.tasks) if (task.mm === victim.mm) sendSigkill(task)
  victim.memdie = true
}

/** A fatal signal; it takes effect when the task next looks. */
export function sendSigkill(task: Task): void {
  task.sigkill = true
}

function oom_kill_process(m: Machine, chosen: Task, points: number): Task {
  frameEnter(m, 'oom_kill_process', chosen.id, points)
  const score = Math.trunc((points * 1000) / Math.max(1, totalPages(m)))
  printk(
    m,
    `Out of memory: Kill process ${chosen.pid} (${chosen.comm}) score ${score} or sacrifice child`,
  )
  const victim = sacrificeChild(m, chosen)
  const mm = m.mms[victim.mm] as MmStruct
  const { anon, file } = footprintOf(m, mm)
  const total = mm.vmas.reduce((n, vma) => n + vma.end - vma.start, 0)
  const kb = (pages: number): string => `${pages * KB_PER_PAGE}kB`
  printk(
    m,
    `Killed process ${victim.pid} (${victim.comm}) total-vm:${kb(total)}, anon-rss:${kb(anon)}, file-rss:${kb(file)}`,
  )
  killProcess(m, victim)
  frameLocal(m, 'victim', victim.id)
  frameLeave(m, 'oom_kill_process')
  return victim
}

/** What came of it: somebody will free memory (`killed`, `dying`), or there is nobody to kill. */
export type OomResult = 'killed' | 'dying' | 'nobody'

/**
 * Finds memory at the cost of a process. A caller that is being killed itself only gets access to the
 * reserves; while an earlier victim is still on its way out, nobody else is killed.
 */
export function out_of_memory(m: Machine, gfp: number, order: number): OomResult {
  frameEnter(m, 'out_of_memory', gfp, order)
  const result = killForRequest(m, gfp, order)
  frameLeave(m, 'out_of_memory')
  return result
}

function killForRequest(m: Machine, gfp: number, order: number): OomResult {
  const current = currentTask(m)
  if (current.sigkill) {
    current.memdie = true
    return 'dying'
  }
  if (dyingVictim(m) !== undefined) return 'dying'
  const chosen = select_bad_process(m)
  if (chosen === null) return 'nobody'
  printk(
    m,
    `${current.comm} invoked oom-killer: gfp_mask=0x${gfp.toString(16)}, order=${order}, oom_score_adj=0`,
  )
  const victim = oom_kill_process(m, chosen.victim, chosen.points)
  emit(m, EV_sim_oom_kill, victim.id, chosen.points, gfp, order)
  return 'killed'
}
