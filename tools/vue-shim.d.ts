/** What a component is to tools that do not read .vue files; vue-tsc sees the real one. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue'

  const component: DefineComponent
  export default component
}
