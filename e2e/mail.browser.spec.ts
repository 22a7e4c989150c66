/** What a mail says can be run by who reads it: the command is taken out of the text and given to a shell. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { inRoot } from '../scripts/lib/paths.mjs'
import { run } from '../scripts/lib/run.mjs'

let folder = ''
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-mail-'))
  const pinscope = join(folder, 'pinscope')
  await writeFile(pinscope, `#!/bin/sh\nexec "${process.execPath}" "$CLI" "$@"\n`)
  await chmod(pinscope, 0o755)
})
test.afterAll(() => rm(folder, { recursive: true }))

/** Runs a line as the reader's shell does, with pinscope on the path. */
async function shell(line: string): Promise<{ code: number | null; stdout: string }> {
  const PATH = `${folder}:${process.env.PATH ?? ''}`
  const env = { ...process.env, PATH, CLI: inRoot('out/main/cli.js') }
  const { code, stdout } = await run('/bin/sh', ['-c', line], { cwd: folder, env })
  return { code, stdout }
}

for (const asked of [
  'sc-11 --a none --b all',
  "sc-11 --a '1,2' --b 'all+fix:1+convert:direct-io' --seed 7",
  'sc-11 --a none --b 4 --lenient',
  'sc-08 --set processes=20',
]) {
  test(`the command in the block for a mail about ${asked} gives its digests`, async () => {
    const { stdout: mail } = await shell(`pinscope export ${asked} --format linux-mm`)
    for (const line of mail.split('\n')) expect(line).toMatch(/^[\x20-\x7e]{0,72}$/)
    const command = /\nReproduce:\n([\s\S]*?)\n\n/.exec(mail)?.[1] ?? ''
    expect(command).toContain('pinscope compare')
    const { code, stdout } = await shell(command)
    expect(code).toBeLessThan(2)
    const { a, b } = JSON.parse(stdout) as Record<'a' | 'b', { digest: string }>
    expect(mail).toContain(`digest A\n  ${a.digest}\n`)
    expect(mail).toContain(`digest B\n  ${b.digest}\n`)
  })
}
