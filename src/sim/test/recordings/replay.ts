/** One recording through the model. */
import type { Recording } from './format'
import { Report } from './report'
import { replayScripts } from './script'
import { bootRecorded } from './state'
import { replayWindows } from './window'

/** Replays a recording on a kernel with the given patches. */
export function replayRecording(recording: Recording, patches: readonly number[]): Report {
  const report = new Report()
  if (recording.isScript) {
    replayScripts(recording, report, (begin) => bootRecorded(recording, begin, patches))
  } else replayWindows(recording, patches, report)
  return report
}
