/** Writes a run's events, one JSON object a line. */
import { writeFileSync } from 'node:fs'
import type { Recording } from '../engine'
import { success, type Result } from '../shared/result'
import { eventJson } from './json'
import { writeWhole } from './write-out'

const BATCH = 4096

export function writeEvents(path: string, recording: Recording): Result<number> {
  const written = writeWhole(path, '--events', (file) => {
    writeRows(file, recording)
  })
  return written.ok ? success(recording.recorder.log.length) : written
}

function writeRows(file: number, recording: Recording): void {
  const { length } = recording.recorder.log
  for (let from = 0; from < length; from += BATCH) {
    let text = ''
    for (let event = from; event < Math.min(from + BATCH, length); event++) {
      text += `${JSON.stringify(eventJson(recording, event))}\n`
    }
    writeFileSync(file, text)
  }
}
