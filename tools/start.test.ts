import { describe, expect, it } from 'vitest'
import { parseStart } from '../scripts/lib/start-arguments.mjs'

const NONE = { browser: false, smoke: null, theme: null, file: null, rest: [] }

describe('npm start', () => {
  it('opens the file it is given, from the folder it was called in', () => {
    expect(parseStart(['x.pinscope'], '/home/me')).toEqual({ ...NONE, file: '/home/me/x.pinscope' })
    expect(parseStart(['--theme', 'dark', '/tmp/a = b'], '/')).toEqual({
      ...{ ...NONE, theme: 'dark', file: '/tmp/a = b' },
    })
  })

  it('hands what it does not know to the application, with its number', () => {
    expect(parseStart(['--browser', '--port', '8080', '--lang=de'], '/')).toEqual({
      ...{ ...NONE, browser: true, rest: ['--port', '8080', '--lang=de'] },
    })
  })

  it('reads values after an equals sign or a space', () => {
    expect(parseStart(['--smoke=out', '--theme=light'], '/home/me')).toEqual({
      ...{ ...NONE, smoke: '/home/me/out', theme: 'light' },
    })
  })

  it.each([
    [['--theme', 'blue'], '--theme blue: light or dark is allowed'],
    [['--smoke'], '--smoke needs a value'],
    [['--smoke', '--theme'], '--smoke needs a value'],
  ])('refuses %j with what is allowed', (argv, message) => {
    expect(() => parseStart(argv, '/')).toThrow(message)
  })
})
