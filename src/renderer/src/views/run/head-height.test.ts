import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it } from 'vitest'
import { useLayoutStore } from '../../stores/layout'
import { useHeadsStore } from './head-height'

beforeEach(() => {
  window.localStorage.clear()
  setActivePinia(createPinia())
})

it('gives both heads the height of the taller one, and a run shown alone its own', () => {
  const heads = useHeadsStore()
  heads.measured('a', 60)
  heads.measured('b', 96)
  expect(heads.common).toBe(96)
  heads.measured('b', 0)
  expect(heads.common).toBe(60)
  useLayoutStore().runs = 'a'
  expect(heads.common).toBe(0)
})
