import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, it, vi } from 'vitest'

vi.mock('electron', () => ({ app: {}, Menu: {} }))
const { menuTemplate } = await import('./menu')

function itemsOf(menu: MenuItemConstructorOptions | undefined): MenuItemConstructorOptions[] {
  return Array.isArray(menu?.submenu) ? menu.submenu : []
}

function viewMenu(isDevelopment: boolean, choose: (command: string) => void = () => undefined) {
  const template = menuTemplate({ isDevelopment, isMac: false, choose })
  return itemsOf(template.find(({ label }) => label === '&View'))
}

describe('menuTemplate', () => {
  it('hands what the user chose to the page as a command', () => {
    const chosen: string[] = []
    const choose = (command: string): void => void chosen.push(command)
    const template = menuTemplate({ isDevelopment: false, isMac: false, choose })
    const run = itemsOf(template.find(({ label }) => label === '&Run'))
    const theme = itemsOf(viewMenu(false, choose).find(({ label }) => label === '&Theme'))
    for (const item of [...theme, ...run]) {
      item.click?.(undefined as never, undefined, undefined as never)
    }
    expect(chosen).toStrictEqual(['theme-system', 'theme-light', 'theme-dark', 'run', 'cancel'])
  })

  it('offers reload and the developer tools in development alone', () => {
    const roles = (isDevelopment: boolean) => viewMenu(isDevelopment).map(({ role }) => role)
    expect(roles(true)).toEqual(expect.arrayContaining(['forceReload', 'toggleDevTools']))
    expect(roles(false)).not.toContain('forceReload')
    expect(roles(false)).not.toContain('toggleDevTools')
  })

  it('quits from the File menu where the system has no menu for it', () => {
    const template = menuTemplate({ isDevelopment: false, isMac: false, choose: () => undefined })
    expect(itemsOf(template[0])).toStrictEqual([{ role: 'quit' }])
  })
})
