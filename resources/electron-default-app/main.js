/**
 * What `electron PATH` runs when the runtime has no default application of its own: takes the first
 * argument that is not a switch, gives the app that lies there its name, version and path, and
 * loads it. Electron keeps `ready` back until this module, and so that app, has been loaded.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'

// `-r MODULE` loads a module first, as Electron's own default application does; test drivers use it to
// hold `ready` back until they are connected.
const preload = process.argv.indexOf('-r')
if (preload > 0) {
  const [, module] = process.argv.splice(preload, 2)
  createRequire(import.meta.url)(resolve(module ?? ''))
}

const path = process.argv.slice(1).find((arg) => !arg.startsWith('-'))

if (path === undefined || !existsSync(path)) {
  process.stderr.write(
    path === undefined ? 'usage: electron PATH [arguments]\n' : `electron: no app at ${path}\n`,
  )
  app.exit(2)
} else {
  const given = resolve(path)
  const folder = statSync(given).isDirectory() ? given : dirname(given)
  const manifestPath = join(folder, 'package.json')
  const manifest = existsSync(manifestPath) ? JSON.parse(readFileSync(manifestPath, 'utf8')) : {}
  const main = folder === given ? join(folder, manifest.main ?? 'index.js') : given

  const name = manifest.productName ?? manifest.name
  if (name) app.setName(name)
  if (manifest.version) app.setVersion(manifest.version)
  if (manifest.desktopName) app.setDesktopName(manifest.desktopName)
  app.setPath('userData', join(app.getPath('appData'), app.getName()))
  app.setAppPath(folder)
  await import(pathToFileURL(main).href)
}
