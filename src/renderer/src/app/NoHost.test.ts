import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import NoHost from './NoHost.vue'

describe('page without a server', () => {
  it('says what is wrong and what to do, for each problem', () => {
    const texts = (['no-token', 'refused', 'gone'] as const).map((problem) =>
      mount(NoHost, { props: { problem } }).get('[role="alert"]').text(),
    )
    expect(new Set(texts).size).toBe(3)
    expect(texts[0]).toContain('has no token')
    expect(texts[1]).toContain('refused the token')
    for (const text of texts)
      expect(text).toMatch(/Open the whole address|Open the address|open the address/)
  })
})
