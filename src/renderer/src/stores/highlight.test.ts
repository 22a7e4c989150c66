import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { isReactive } from 'vue'
import { useHighlightStore } from './highlight'

describe('the highlight store', () => {
  beforeEach(() => setActivePinia(createPinia()))

  it('asks for nothing at first', () => {
    const { filter, why, debug } = useHighlightStore()
    expect([filter, why, debug]).toEqual([null, null, null])
  })

  it('keeps the very array it is given, and the others as they are', () => {
    const highlight = useHighlightStore()
    const pfns = Uint32Array.of(0x67103)
    highlight.why = pfns
    expect(highlight.why).toBe(pfns)
    expect(isReactive(highlight.why)).toBe(false)
    expect(highlight.filter).toBeNull()
  })
})
