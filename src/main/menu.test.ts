import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, it, vi } from 'vitest'
import { ACTIONS } from '../shared/actions'

vi.mock('electron', () => ({ app: {}, Menu: {} }))
const { menuTemplate } = await import('./menu')

const NO_RECENT = { recent: [], openRecent: () => undefined }

function itemsOf(menu: MenuItemConstructorOptions | undefined): MenuItemConstructorOptions[] {
  return Array.isArray(menu?.submenu) ? menu.submenu : []
}

function viewMenu(isDevelopment: boolean, choose: (command: string) => void = () => undefined) {
  const template = menuTemplate({ isDevelopment, isMac: false, choose, ...NO_RECENT })
  return itemsOf(template.find(({ label }) => label === '&View'))
}

describe('menuTemplate', () => {
  it('has every action of the table that belongs in a menu, and hands what is chosen to the page', () => {
    const chosen: string[] = []
    const choose = (command: string): void => void chosen.push(command)
    const template = menuTemplate({ isDevelopment: false, isMac: false, choose, ...NO_RECENT })
    const own = template.filter(({ role }) => role === undefined).flatMap(itemsOf)
    const titles = new Map(ACTIONS.map((action) => [action.title, action]))
    for (const item of own.filter(({ label }) => titles.has(label ?? ''))) {
      item.click?.(undefined as never, undefined, undefined as never)
      expect(item.registerAccelerator ?? false).toBe(false)
    }
    const inMenus = ACTIONS.filter(({ menu }) => menu !== null).map(({ id }) => id)
    expect(chosen.toSorted()).toStrictEqual(inMenus.toSorted())
  })

  it('offers reload and the developer tools in development alone', () => {
    const roles = (isDevelopment: boolean) => viewMenu(isDevelopment).map(({ role }) => role)
    expect(roles(true)).toEqual(expect.arrayContaining(['forceReload', 'toggleDevTools']))
    expect(roles(false)).not.toContain('forceReload')
    expect(roles(false)).not.toContain('toggleDevTools')
  })

  it('quits from the File menu where the system has no menu for it', () => {
    const template = menuTemplate({
      isDevelopment: false,
      isMac: false,
      choose: () => undefined,
      ...NO_RECENT,
    })
    expect(itemsOf(template[0]).at(-1)).toStrictEqual({ role: 'quit' })
  })

  it('lists recent files below Open, and hands over the one that is chosen', () => {
    const told: string[] = []
    const options = {
      ...{ isDevelopment: false, isMac: false },
      choose: (command: string) => void told.push(command),
      recent: [{ path: '/x/a&b.pinscope', name: 'a&b.pinscope', folder: '/x' }],
      openRecent: (path: string) => void told.push(path),
    }
    const recentOf = (given: Parameters<typeof menuTemplate>[0]) =>
      itemsOf(menuTemplate(given)[0]).find(({ label }) => label === 'Open Recent')
    const items = itemsOf(recentOf(options))
    expect(items.map(({ label }) => label)).toEqual([
      'a&&b.pinscope  (/x)',
      undefined,
      'Clear Recent',
    ])
    for (const item of items) item.click?.(undefined as never, undefined, undefined as never)
    expect(told).toEqual(['/x/a&b.pinscope', 'session.clear-recent'])
    expect(recentOf({ ...options, recent: [] })?.enabled).toBe(false)
  })
})
