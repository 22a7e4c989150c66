#!/usr/bin/env node
// The command line. Works as the first command in a fresh clone: what is missing or stale is
// installed and built first, with all chatter on standard error.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `pinscope: Node ${process.versions.node} is too old; 20.19 or newer is needed\n`,
  )
  process.exit(2)
}

// Imported late: the modules need the Node version checked above.
const { ensureBuilt } = await import('../scripts/build-if-stale.mjs')
const built = await ensureBuilt()
if (built.ok) {
  await import(new URL('../out/main/cli.js', import.meta.url).href)
} else {
  process.stderr.write(`pinscope: ${built.reason}\n`)
  process.exitCode = 2
}
