import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { success } from '../shared/result'
import { parseArguments, sessionArgument } from './arguments'

describe('parseArguments', () => {
  it('finds our switches among those of Electron and Chromium', () => {
    const argv = [
      'electron',
      '--no-sandbox',
      '.',
      '--smoke',
      'out',
      '--theme',
      'light',
      '--lang=de',
    ]
    expect(parseArguments(argv)).toStrictEqual(
      success({ smoke: resolve('out'), theme: 'light', file: null }),
    )
  })

  it('takes values after an equals sign', () => {
    expect(parseArguments(['electron', '.', '--smoke=a=b', '--theme=dark'])).toStrictEqual(
      success({ smoke: resolve('a=b'), theme: 'dark', file: null }),
    )
  })

  it('opens a window for a person, in the theme of the system, without any', () => {
    expect(parseArguments(['electron', '.'])).toStrictEqual(
      success({ smoke: null, theme: null, file: null }),
    )
  })

  it.each([
    [['--theme', 'blue'], '--theme blue: light or dark is allowed'],
    [['--theme'], '--theme needs a value'],
    [['--smoke', '--theme', 'dark'], '--smoke needs a value'],
    [['--smoke='], '--smoke needs a value'],
  ])('refuses %j with what is allowed', (argv, message) => {
    expect(parseArguments(argv)).toMatchObject({ ok: false, error: { message } })
  })
})

describe('sessionArgument', () => {
  it('finds the session file, from the folder of the process that named it', () => {
    expect(sessionArgument(['electron', '.', 'x.pinscope'], '/home/me')).toBe('/home/me/x.pinscope')
    expect(sessionArgument(['pinscope', '/tmp/x.pinscope', '--theme=dark'], '/')).toBe(
      '/tmp/x.pinscope',
    )
    expect(sessionArgument(['electron', '.', '--x=y.pinscope'], '/')).toBeNull()
  })

  it('takes any file that a switch names', () => {
    const argv = ['electron', '--open=received = 1', '.', '--open=']
    expect(sessionArgument(argv, '/home/me')).toBe('/home/me/received = 1')
  })
})
