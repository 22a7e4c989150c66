/** What a native menu may ask of the page, by the name the shell sends. */
import { useComparisonStore } from '../stores/comparison'
import { useSettingsStore } from '../stores/settings'

export function createCommands(): (command: string) => void {
  const comparison = useComparisonStore()
  const settings = useSettingsStore()
  const commands: Readonly<Record<string, () => void>> = {
    'theme-light': () => settings.chooseTheme('light'),
    'theme-dark': () => settings.chooseTheme('dark'),
    'theme-system': () => settings.chooseTheme('system'),
    run: () => void comparison.runBoth(),
    cancel: () => void comparison.cancel(),
  }
  return (command) => {
    if (Object.hasOwn(commands, command)) commands[command]?.()
  }
}
