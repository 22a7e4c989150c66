// An engine process that knows the wire and little else: `page` answers with its process id as the
// pfn, `cancel` tells progress, `drop(13)` ends the process, everything else answers with itself.
import { fileURLToPath } from 'node:url'

export const FAKE_ENGINE = fileURLToPath(import.meta.url)

if (process.argv[1] === FAKE_ENGINE) {
  process.on('disconnect', () => process.exit(0))
  process.on('message', ({ id, call, args }) => {
    if (call === 'drop' && args[0] === 13) process.exit(7)
    if (call === 'cancel') {
      process.send({ news: 'onDidProgress', value: { token: args[0], events: 5 } })
    }
    const value =
      call === 'page' ? { pfn: process.pid, cells: new Uint8Array([1, 2]) } : { call, args }
    process.send({ id, result: { ok: true, value } })
  })
}
