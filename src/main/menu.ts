import { app, Menu, type MenuItemConstructorOptions } from 'electron'

export interface MenuOptions {
  /** True where the page comes from the development server. */
  readonly isDevelopment: boolean
  readonly isMac: boolean
  /** Hands a command to the page. */
  readonly choose: (command: string) => void
}

/** What the menu consists of; the page does what a command asks for. */
export function menuTemplate({
  isDevelopment,
  isMac,
  choose,
}: MenuOptions): MenuItemConstructorOptions[] {
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const command = (label: string, name: string, accelerator?: string) => ({
    label,
    ...(accelerator !== undefined && { accelerator }),
    click: () => choose(name),
  })
  const view: MenuItemConstructorOptions[] = [
    {
      label: '&Theme',
      submenu: [
        command('As the &System', 'theme-system'),
        command('&Light', 'theme-light'),
        command('&Dark', 'theme-dark'),
      ],
    },
    separator,
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    separator,
    { role: 'togglefullscreen', accelerator: 'CmdOrCtrl+Shift+F' },
  ]
  if (isDevelopment) {
    view.push(separator, { role: 'forceReload' }, { role: 'toggleDevTools' })
  }
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { label: '&File', submenu: [isMac ? { role: 'close' } : { role: 'quit' }] },
    { role: 'editMenu' },
    { label: '&View', submenu: view },
    {
      label: '&Run',
      submenu: [
        command('&Run Again', 'run', 'CmdOrCtrl+R'),
        command('&Cancel', 'cancel', 'CmdOrCtrl+.'),
      ],
    },
    {
      role: 'help',
      submenu: [{ label: '&About Pinscope', click: () => app.showAboutPanel() }],
    },
  ]
}

export function installMenu(options: MenuOptions): void {
  app.setAboutPanelOptions({
    applicationName: 'Pinscope',
    applicationVersion: app.getVersion(),
    copyright: 'MIT licence',
  })
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)))
}
