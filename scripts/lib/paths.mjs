import { dirname, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** The top folder of the checkout. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** @param {...string} parts */
export function inRoot(...parts) {
  return resolve(root, ...parts)
}

/** The folder that paths on the command line are meant from: npm runs its scripts in the checkout. */
export function callerFolder() {
  const { INIT_CWD, npm_lifecycle_event: script } = process.env
  const here = process.cwd()
  return script !== undefined && here === root ? (INIT_CWD ?? here) : here
}
