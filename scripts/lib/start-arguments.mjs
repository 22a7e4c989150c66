/** What `npm start` is given. */
import { resolve } from 'node:path'

export class Usage extends Error {}

/**
 * @typedef {object} StartOptions
 * @property {boolean} browser
 * @property {string | null} smoke
 * @property {'light' | 'dark' | null} theme
 * @property {string | null} file a session to open, absolute
 * @property {string[]} rest for the application
 */

/**
 * @param {readonly string[]} argv
 * @param {string} folder that paths are meant from
 */
export function parseStart(argv, folder) {
  /** @type {StartOptions} */
  const options = { browser: false, smoke: null, theme: null, file: null, rest: [] }
  for (let i = 0; i < argv.length; i++) {
    const [arg = '', inline] = (argv[i] ?? '').split(/=(.*)/s, 2)
    const value = () => {
      const text = inline ?? argv[++i]
      if (!text || text.startsWith('--')) throw new Usage(`${arg} needs a value`)
      return text
    }
    if (arg === '--browser') options.browser = true
    else if (arg === '--smoke') options.smoke = resolve(folder, value())
    else if (arg === '--theme') {
      const theme = value()
      if (theme !== 'light' && theme !== 'dark') {
        throw new Usage(`--theme ${theme}: light or dark is allowed`)
      }
      options.theme = theme
    } else if (isFile(arg, argv[i - 1])) options.file = resolve(folder, argv[i] ?? '')
    else options.rest.push(argv[i] ?? '')
  }
  return options
}

/**
 * Whatever is no switch; a number behind a switch is that one's, as in --port 8080.
 * @param {string} arg
 * @param {string | undefined} before
 */
function isFile(arg, before) {
  return arg !== '' && !arg.startsWith('-') && !(before?.startsWith('--') && /^\d+$/.test(arg))
}
