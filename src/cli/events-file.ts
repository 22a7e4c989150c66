/** Writes a run's events, one JSON object a line. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import type { Recording } from '../engine'
import { failure, success, type Result } from '../shared/result'
import { eventJson } from './json'

const BATCH = 4096

/**
 * A plain file appears whole or not at all: it is written beside its place and then renamed. What is
 * there and no plain file (a pipe, a terminal, a device) is written to as it stands.
 */
export function writeEvents(path: string, recording: Recording): Result<number> {
  try {
    const target = existsSync(path) ? realpathSync(path) : path
    if (existsSync(target) && !statSync(target).isFile()) writeTo(target, recording)
    else writeBeside(target, recording)
    return success(recording.recorder.log.length)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return failure(
      'bad-input',
      `--events: cannot write ${path}: ${why}; name a file in a folder you may write to`,
    )
  }
}

function writeBeside(target: string, recording: Recording): void {
  const temporary = `${target}.${process.pid}.tmp`
  try {
    writeTo(temporary, recording)
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function writeTo(path: string, recording: Recording): void {
  const file = openSync(path, 'w')
  try {
    writeRows(file, recording)
    if (fstatSync(file).isFile()) fsyncSync(file)
  } finally {
    closeSync(file)
  }
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
