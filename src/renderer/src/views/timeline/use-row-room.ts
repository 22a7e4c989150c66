/** Tells how many pixels the rows of a timeline have in the part of its scroller that is in sight. */
import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import type { SideName } from '../../stores/side'
import { useTracksStore } from '../../stores/tracks'

/** Below the last row. */
const MARGIN = 6

/** `isTaken`: something else stands below the rows, which keep their own heights then. */
export function useRowRoom(
  side: SideName,
  body: Readonly<Ref<HTMLElement | null>>,
  isTaken: () => boolean,
): void {
  const tracks = useTracksStore()
  const height = ref<number>(0)
  let observer: ResizeObserver | null = null

  onMounted(() => {
    const scroller = body.value?.closest('.scroll')
    if (body.value === null || scroller == null) return
    const above = body.value.offsetTop
    observer = new ResizeObserver(() => (height.value = scroller.clientHeight - above - MARGIN))
    observer.observe(scroller)
  })
  watch([height, isTaken], ([room, taken]) => {
    // Folded or behind another: it has no height, and what the other run has is what counts.
    tracks.setRoom(side, room <= 0 ? null : taken ? 0 : room)
  })
  onBeforeUnmount(() => {
    observer?.disconnect()
    tracks.setRoom(side, null)
  })
}
