import { describe, expect, it } from 'vitest'
import { partsOfEventText } from './event-text'

describe('the text of an event', () => {
  it('gives the frames it names, printed in decimal by the kernel and in hexadecimal by us', () => {
    expect(partsOfEventText('page=c0ce2060 pfn=422147 order=2 migratetype=1')).toEqual([
      'page=c0ce2060 pfn=',
      0x67103,
      ' order=2 migratetype=1',
    ])
    expect(partsOfEventText('pfn=0x67103 target_pfn=0x60a00 ret=-16')).toEqual([
      'pfn=',
      0x67103,
      ' target_pfn=',
      0x60a00,
      ' ret=-16',
    ])
  })

  it('takes a page that was not given for no frame', () => {
    const text = 'page=  (null) pfn=0 order=4 migratetype=2 gfp_flags=GFP_KERNEL'
    expect(partsOfEventText(text)).toEqual([text])
  })

  it('stays whole when it names none', () => {
    expect(partsOfEventText('nr_succeeded=3 nr_failed=0')).toEqual(['nr_succeeded=3 nr_failed=0'])
    expect(partsOfEventText('start_pfn=-1')).toEqual(['start_pfn=-1'])
    expect(partsOfEventText('')).toEqual([])
  })
})
