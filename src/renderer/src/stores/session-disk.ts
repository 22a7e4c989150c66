/** What another program does to the session's file while it is open here. */
import { ref } from 'vue'
import type { SessionFile, SessionFiles } from './session-files'

export interface DiskHooks {
  readonly files: SessionFiles
  /** The file of the session, where it has one and nothing is going on with it. */
  readonly idlePath: () => string | null
  readonly tell: (text: string, action: { title: string; run: () => unknown } | null) => void
  readonly open: (file: SessionFile) => Promise<unknown>
  readonly save: (as: boolean, over: boolean) => Promise<boolean>
  /** There is work that is not saved. */
  readonly changed: () => boolean
  /** The save that waited is not wanted any more. */
  readonly giveUp: () => void
}

export function useDisk({ files, idlePath, tell, open, save, changed, giveUp }: DiskHooks) {
  /** A file that was changed waits for the user's word. */
  const conflict = ref(false)
  /** What was told already; told again only when it was otherwise in between. */
  let told = ''

  /** Looks at the file when the user comes back to the window. */
  async function checkDisk(): Promise<void> {
    const path = idlePath()
    if (path === null || conflict.value) return
    const state = await files.check(path)
    if (!state.ok || idlePath() !== path) return
    const now = `${state.value} ${path}`
    if (now === told) return
    told = now
    if (state.value === 'changed') {
      tell(`${path} was changed by another program. What is open here is as it was before.`, {
        title: 'Reload',
        // Nothing is read before the user's word: whose file was read is taken for who knows what is in it.
        run: () => (changed() ? void (conflict.value = true) : reload()),
      })
    } else if (state.value === 'gone') {
      tell(`${path} is not there any more: it was moved or deleted. Saving writes it again.`, null)
    }
  }

  /** The file as it is now, in the place of what is open. */
  async function reload(): Promise<void> {
    const path = idlePath()
    if (path === null) return
    const file = await files.reopen(path)
    if (file.ok) await open(file.value)
    else tell(`The session was not opened again: ${file.error.message}`, null)
  }

  /** The user's word on a file that was changed. */
  async function resolve(how: 'over' | 'elsewhere' | 'reload' | 'stay'): Promise<void> {
    // A dialog that closes after its answer says so, too.
    if (!conflict.value) return
    conflict.value = false
    told = ''
    if (how === 'over') await save(false, true)
    else if (how === 'elsewhere') await save(true, false)
    else giveUp()
    if (how === 'reload') await reload()
  }

  return { conflict, checkDisk, resolve }
}
