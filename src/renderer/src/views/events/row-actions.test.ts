import { describe, expect, it } from 'vitest'
import { filtersOf, narrowingsOf } from './row-actions'

const line = {
  ...{ event: 10, timeNs: 5, actor: 'camera', name: 'sim_unmap_and_move', text: '' },
  ...{ task: 1, cpu: 0, pfns: [0x67103, 0x60a00] },
}

describe('filters made from a row', () => {
  it('ask for its type, its actor and each frame it names', () => {
    expect(filtersOf(line).map((f) => f.filter)).toEqual([
      'type == sim_unmap_and_move',
      'actor == camera',
      'touches(0x67103)',
      'touches(0x60a00)',
    ])
  })

  it('narrow the filter in force by what it does not say yet', () => {
    expect(narrowingsOf(line, 'actor == camera').map((f) => f.filter)).toEqual([
      'actor == camera and type == sim_unmap_and_move',
      'actor == camera and touches(0x67103)',
      'actor == camera and touches(0x60a00)',
      'actor == camera and not type == sim_unmap_and_move',
    ])
    expect(narrowingsOf(line, '').map((f) => f.filter)).toEqual(['not type == sim_unmap_and_move'])
  })
})
