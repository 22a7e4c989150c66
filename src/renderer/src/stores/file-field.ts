/** Files that the user chooses in a browser's dialog. */

export interface FileWish {
  /** Endings, as `.pinscope`; all files where there is none. */
  readonly accept?: string
  readonly multiple?: boolean
}

/** Empty where the user chose none. */
export function chooseFiles({ accept = '', multiple = false }: FileWish): Promise<readonly File[]> {
  const field = document.createElement('input')
  field.type = 'file'
  field.accept = accept
  field.multiple = multiple
  field.hidden = true
  // In the page, so that nothing takes it away before the browser's dialog has ended.
  document.body.append(field)
  return new Promise((resolve) => {
    const end = (): void => {
      field.remove()
      resolve([...(field.files ?? [])])
    }
    field.addEventListener('cancel', end)
    field.addEventListener('change', end)
    field.click()
  })
}
