/** What a desktop is asked with in the tests of its files. */
import { onPath } from './display.mjs'

/** Tools, and the Debian packages that have them. */
const TOOLS = {
  'xdg-mime': 'xdg-utils',
  mimetype: 'libfile-mimeinfo-perl',
  'update-mime-database': 'shared-mime-info',
  'update-desktop-database': 'desktop-file-utils',
  gio: 'libglib2.0-bin',
}

/** How to get what is missing; null where nothing is. */
export function missingDesktopTools() {
  const missing = Object.entries(TOOLS).filter(([tool]) => !onPath(tool))
  if (missing.length === 0) return null
  const names = missing.map(([tool]) => tool).join(', ')
  return `without ${names}; to enable: apt-get install ${missing.map(([, name]) => name).join(' ')}`
}
