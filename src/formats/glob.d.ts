/** The part of the bundler's import.meta that this layer uses. */
interface ImportMeta {
  readonly glob: (
    pattern: string,
    options: { readonly eager: true; readonly query: '?raw'; readonly import: 'default' },
  ) => Readonly<Record<string, string>>
}
