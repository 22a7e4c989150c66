/** Writes a run's events, one JSON object a line. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import type { Recording } from '../engine'
import { failure, success, type Result } from '../shared/result'
import { eventJson } from './json'

const BATCH = 4096

/** The file appears whole or not at all: it is written beside its place and then renamed. */
export function writeEvents(path: string, recording: Recording): Result<number> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = openSync(temporary, 'w')
    try {
      writeRows(file, recording)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
    return success(recording.recorder.log.length)
  } catch (error) {
    rmSync(temporary, { force: true })
    const why = error instanceof Error ? error.message : String(error)
    return failure(
      'bad-input',
      `--events: cannot write ${path}: ${why}; name a file in a folder you may write to`,
    )
  }
}

function writeRows(file: number, recording: Recording): void {
  const { length } = recording.recorder.log
  for (let from = 0; from < length; from += BATCH) {
    let text = ''
    for (let event = from; event < Math.min(from + BATCH, length); event++) {
      text += `${JSON.stringify(eventJson(recording, event))}\n`
    }
    writeSync(file, text)
  }
}
