/** The native menu: made from the one table of actions, and what only the system can do. */
import { app, Menu, type MenuItemConstructorOptions } from 'electron'
import { ACTIONS, MENUS, type Action, type MenuName } from '../shared/actions'
import type { RecentFile } from '../shared/shell'

export interface MenuOptions {
  /** True where the page comes from the development server. */
  readonly isDevelopment: boolean
  readonly isMac: boolean
  /** Hands an action to the page, by its id. */
  readonly choose: (command: string) => void
  readonly recent: readonly RecentFile[]
  readonly openRecent: (path: string) => void
}

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' }

/** What the menu consists of; the page does what an action asks for. */
export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const { isMac } = options
  const menu = (name: MenuName): MenuItemConstructorOptions => ({
    label: `&${name}`,
    submenu: [...actionItems(name, options), ...ownItems(name, options)],
  })
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    menu('File'),
    { role: 'editMenu' },
    ...MENUS.filter((name) => name !== 'File').map(menu),
  ]
}

/** Actions of a menu; where the first word of their id changes, a line parts them. */
function actionItems(name: MenuName, options: MenuOptions): MenuItemConstructorOptions[] {
  const actions = ACTIONS.filter((action) => action.menu === name)
  return actions.flatMap((action, i) => {
    const before = actions[i - 1]
    const parted = before !== undefined && groupOf(before) !== groupOf(action)
    return [
      ...(parted ? [SEPARATOR] : []),
      item(action, options.choose),
      ...(action.id === 'session.open' ? [recentMenu(options)] : []),
    ]
  })
}

/** What was opened or saved last; the folder tells files of one name apart. */
function recentMenu({ recent, openRecent, choose }: MenuOptions): MenuItemConstructorOptions {
  const items = recent.map(({ path, name, folder }) => ({
    label: `${name}  (${folder})`.replaceAll('&', '&&'),
    click: () => openRecent(path),
  }))
  const clear = { label: 'Clear Recent', click: () => choose('session.clear-recent') }
  return {
    label: 'Open Recent',
    enabled: recent.length > 0,
    submenu: [...items, SEPARATOR, clear],
  }
}

function groupOf({ id }: Action): string {
  return id.split('.')[0] ?? id
}

/** The page hears the keys itself, as they can be changed there: the menu only shows the first ones. */
function item(
  { id, title, keys }: Action,
  choose: (command: string) => void,
): MenuItemConstructorOptions {
  const accelerator = keys[0]
  return {
    label: title.replaceAll('&', '&&'),
    ...(accelerator !== undefined && {
      accelerator: acceleratorOf(accelerator),
      registerAccelerator: false,
    }),
    click: () => choose(id),
  }
}

/** `Ctrl+ArrowLeft` as Electron calls it. */
function acceleratorOf(key: string): string {
  return key.replace(/^Ctrl\b/, 'CmdOrCtrl').replace('Arrow', '')
}

/** What the shell does itself. */
function ownItems(
  name: MenuName,
  { isDevelopment, isMac }: MenuOptions,
): MenuItemConstructorOptions[] {
  if (name === 'File') return [SEPARATOR, { role: isMac ? 'close' : 'quit' }]
  if (name === 'View' && isDevelopment) {
    return [SEPARATOR, { role: 'forceReload' }, { role: 'toggleDevTools' }]
  }
  return name === 'Help'
    ? [SEPARATOR, { label: '&About Pinscope', click: () => app.showAboutPanel() }]
    : []
}

export function installMenu(options: MenuOptions): void {
  app.setAboutPanelOptions({
    applicationName: 'Pinscope',
    applicationVersion: app.getVersion(),
    copyright: 'MIT licence',
  })
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)))
}
