import { afterEach, describe, expect, it, vi } from 'vitest'
import { chooseFiles } from './file-field'

const field = (): HTMLInputElement => {
  const found = document.querySelector<HTMLInputElement>('input[type=file]')
  if (found === null) throw new Error('there is no field')
  return found
}

afterEach(() => vi.restoreAllMocks())

describe('a field for files', () => {
  it('stands in the page while it is open, and goes then', async () => {
    const click = vi.spyOn(HTMLInputElement.prototype, 'click').mockReturnValue()
    const chosen = chooseFiles({ accept: '.pinscope' })
    expect(click).toHaveBeenCalledOnce()
    expect(field()).toMatchObject({ accept: '.pinscope', multiple: false, hidden: true })
    const file = new File(['x'], 'x.pinscope')
    vi.spyOn(field(), 'files', 'get').mockReturnValue([file] as never)
    field().dispatchEvent(new Event('change'))
    expect(await chosen).toEqual([file])
    expect(document.querySelector('input[type=file]')).toBeNull()
  })

  it('gives nothing, and goes, where the user chose nothing', async () => {
    vi.spyOn(HTMLInputElement.prototype, 'click').mockReturnValue()
    const chosen = chooseFiles({ multiple: true })
    expect(field().multiple).toBe(true)
    field().dispatchEvent(new Event('cancel'))
    expect(await chosen).toEqual([])
    expect(document.querySelector('input[type=file]')).toBeNull()
  })
})
