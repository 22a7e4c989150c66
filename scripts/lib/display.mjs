import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whether windows can be shown. Only X and Wayland can be missing; other systems always can. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/**
 * Whether a program is there to be called by its name.
 * @param {string} name
 */
export function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, name)))
}

/** Whether a virtual display can be had: xvfb-run, and the server and the tool it calls. */
export function hasXvfb() {
  return onPath('xvfb-run') && onPath('Xvfb') && onPath('xauth')
}

/** How to get one on Debian. */
export const XVFB_ADVICE = 'apt-get install xvfb xauth'

/**
 * A command as it must be run where no display exists: under a virtual one.
 * @param {string} command
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
export function onVirtualDisplay(command, args) {
  const screen = ['-a', '-s', '-screen 0 1920x1200x24 -nolisten tcp']
  return ['xvfb-run', [...screen, command, ...args]]
}

/** Electron's sandbox does not start for root; everyone else keeps it. */
export function sandboxArgs() {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
}
