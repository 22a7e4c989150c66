import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { describe, expect, it } from 'vitest'
import { createFakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useMapStore } from './map'

function open(): ReturnType<typeof useMapStore> {
  const app = createApp({})
  const pinia = createPinia()
  app.use(pinia)
  app.provide(PINSCOPE, createFakePinscope())
  return app.runWithContext(() => useMapStore(pinia))
}

describe('how the maps are looked at', () => {
  it('zooms from the whole machine to single pages, and stays within that', () => {
    const map = open()
    map.zoomBy(-1)
    expect(map.zoom).toBe('fit')
    map.zoomBy(2)
    expect(map.zoom).toBe(3)
    map.zoomBy(99)
    expect(map.zoom).toBe(64)
    expect(map.canZoomIn).toBe(false)
    map.zoomBy(-99)
    expect(map.zoom).toBe('fit')
    expect(map.canZoomOut).toBe(false)
  })

  it('has no zoom that shows less and smaller than the whole map', () => {
    const map = open()
    map.fitCell = 5
    map.zoomBy(1)
    expect(map.zoom).toBe(6)
    map.zoomBy(-1)
    expect(map.zoom).toBe('fit')
  })

  it('has room for what both maps have room for', () => {
    const map = open()
    map.rooms.a = { width: 400, height: 100, ratio: 1 }
    expect(map.room).toEqual({ width: 400, height: 100, ratio: 1 })
    map.rooms.b = { width: 390, height: 120, ratio: 1 }
    expect(map.room).toEqual({ width: 390, height: 100, ratio: 1 })
  })

  it('brings a class forward and back, in each mode for itself', () => {
    const map = open()
    map.toggle('anon')
    map.toggle('file')
    map.toggle('anon')
    map.mode = 'pin'
    map.toggle('long pins')
    expect([...(map.filters.get('state') ?? [])]).toEqual(['file'])
    expect([...(map.filters.get('pin') ?? [])]).toEqual(['long pins'])
  })
})
