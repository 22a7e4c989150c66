import { readFile } from 'node:fs/promises'

/** Kills the one child of a process (Linux: read from /proc). */
export async function killChild(pid: number): Promise<void> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')
  const [child] = children
  if (children.length !== 1 || child === undefined || child === '') {
    throw new Error(`process ${pid} has ${children.length} children, not one`)
  }
  process.kill(Number(child), 'SIGKILL')
}
