import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { describe, expect, it } from 'vitest'
import { useMapStore } from './map'

function open(): ReturnType<typeof useMapStore> {
  const pinia = createPinia()
  createApp({}).use(pinia)
  return useMapStore(pinia)
}

describe('how the maps are looked at', () => {
  it('zooms by steps and stays within them', () => {
    const map = open()
    map.zoomBy(-1)
    expect(map.zoom).toBe('fit')
    map.zoomBy(2)
    expect(map.zoom).toBe(2)
    map.zoomBy(99)
    expect(map.zoom).toBe(16)
  })

  it('brings a class forward and back', () => {
    const map = open()
    map.toggle(3)
    map.toggle(5)
    map.toggle(3)
    expect([...map.filter]).toEqual([5])
  })
})
