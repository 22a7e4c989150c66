/** Files that commands write, and texts they read. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { modeToKeep } from '../host/atomic-write'
import { textOfBytes } from '../formats/text-lines'
import { failure, success, type Result } from '../shared/result'

/**
 * A plain file appears whole or not at all: it is written beside its place and then renamed. What is
 * there and no plain file (a pipe, a terminal, a device) is written to as it stands.
 * @param option names the file in messages: `--events`
 */
export function writeWhole(
  path: string,
  option: string,
  write: (file: number) => void,
): Result<null> {
  try {
    const target = existsSync(path) ? realpathSync(path) : path
    if (existsSync(target) && !statSync(target).isFile()) writeTo(target, write)
    else writeBeside(target, write)
    return success(null)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return failure(
      'bad-input',
      `${option}: cannot write ${path}: ${why}; name a file in a folder you may write to`,
    )
  }
}

export function writeText(
  path: string,
  option: string,
  content: string | Uint8Array,
): Result<null> {
  return writeWhole(path, option, (file) => {
    writeFileSync(file, content)
  })
}

function writeBeside(target: string, write: (file: number) => void): void {
  const mode = existsSync(target) ? modeToKeep(target) : null
  const temporary = `${target}.${process.pid}.tmp`
  try {
    writeTo(temporary, write)
    if (mode !== null) chmodSync(temporary, mode)
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function writeTo(path: string, write: (file: number) => void): void {
  const file = openSync(path, 'w')
  try {
    write(file)
    if (fstatSync(file).isFile()) fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The text of a file that is not larger than `max` bytes, as the window reads it; `-` is standard input. */
export function readText(path: string, max: number): Result<string> {
  const bytes = readBytes(path, max)
  return bytes.ok ? success(textOfBytes(bytes.value)) : bytes
}

export function readBytes(path: string, max: number): Result<Buffer> {
  try {
    const size = path === '-' ? 0 : statSync(path).size
    if (size > max) return tooLarge(path, size, max)
    // Standard input, a pipe and what is in /proc tell their size only when they are read.
    const bytes = readFileSync(path === '-' ? 0 : path)
    return bytes.length > max ? tooLarge(path, bytes.length, max) : success(bytes)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return failure('bad-input', `cannot read ${path} (${code}); name a file you may read, or -`)
  }
}

function tooLarge(path: string, size: number, max: number): Result<never> {
  return failure('bad-input', `${path}: too large: ${size} bytes, at most ${max}; cut it`)
}
