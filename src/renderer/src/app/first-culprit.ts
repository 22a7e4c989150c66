/** Where to look first after a comparison. */
import type { ContigRequest } from '../../../shared/run'

/** The first frame that blocked the last failed request, or null when none failed. */
export function firstCulprit(requests: readonly ContigRequest[]): number | null {
  const failed = requests.findLast((request) => request.ret < 0)
  return failed?.positions.flatMap((tried) => tried.blocking)[0] ?? null
}
