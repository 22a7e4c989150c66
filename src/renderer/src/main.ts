/** Finds the engine's wire, then mounts the application or says why there is none. */
import { createPinia } from 'pinia'
import { createApp, type Component } from 'vue'
import type { Pinscope } from '../../shared/contract'
import App from './app/App.vue'
import NoHost from './app/NoHost.vue'
import { useSettingsStore } from './stores/settings'
import './styles/tokens.css'
import './styles/fonts.css'
import './styles/base.css'
import { connectBrowser, type ConnectProblem } from './wire/browser'
import { PINSCOPE } from './wire/pinscope'

function mount(
  component: Component,
  props: Record<string, unknown>,
  pinscope?: Pinscope,
): () => void {
  const app = createApp(component, props)
  const pinia = createPinia()
  app.use(pinia)
  if (pinscope !== undefined) app.provide(PINSCOPE, pinscope)
  useSettingsStore(pinia)
  app.mount('#app')
  return () => app.unmount()
}

function mountProblem(problem: ConnectProblem): void {
  document.documentElement.dataset.comparison = 'failed'
  mount(NoHost, { problem })
}

async function start(): Promise<void> {
  if (window.pinscope !== undefined) {
    mount(App, {}, window.pinscope)
    return
  }
  const connection = await connectBrowser(window.location, (url) => new WebSocket(url))
  if (!connection.ok) {
    mountProblem(connection.error)
    return
  }
  const unmount = mount(App, {}, connection.value.pinscope)
  connection.value.onGone(() => {
    unmount()
    mountProblem('gone')
  })
}

void start()
