import { describe, expect, it } from 'vitest'
import { kindOfAll } from './dropped-files'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x49, 0x4e, 0x0d, 0x0a, 0x1a, 0x0a)
const file = (name: string, part: BlobPart): File => new File([part], name)

describe('files that are dropped', () => {
  it('are what their names say, else what they begin with', async () => {
    expect(await kindOfAll([file('x.pinscope', 'no session')])).toBe('session')
    expect(await kindOfAll([file('kept', SIGNATURE)])).toBe('session')
    expect(await kindOfAll([file('mine.json', 'no JSON')])).toBe('scenario')
    expect(await kindOfAll([file('mine', '\n { "format":')])).toBe('scenario')
    expect(await kindOfAll([file('buddyinfo', 'Node 0, zone')])).toBe('texts')
    expect(await kindOfAll([file('empty', '')])).toBe('texts')
  })

  it('are taken together only as texts: of sessions and scenarios one at a time', async () => {
    const texts = [file('buddyinfo', 'Node'), file('zoneinfo', 'Node')]
    expect(await kindOfAll(texts)).toBe('texts')
    expect(await kindOfAll([...texts, file('x.json', '{')])).toBeNull()
    expect(await kindOfAll([file('x.json', '{'), file('y.json', '{')])).toBeNull()
    expect(await kindOfAll([])).toBeNull()
  })
})
