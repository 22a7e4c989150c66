/** What the desktop shell does for its page besides the contract; a browser's page has none of it. */

/** Zoom of the page: larger, smaller, or as it is drawn. */
export type ZoomStep = 1 | -1 | 0

export interface DesktopShell {
  readonly zoom: (step: ZoomStep) => void
  readonly toggleFullScreen: () => Promise<void>
}

export const SHELL_CHANNELS = { toggleFullScreen: 'pinscope-shell:toggleFullScreen' } as const
