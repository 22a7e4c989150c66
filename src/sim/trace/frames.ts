export interface FrameSink {
  enter(fn: string, args: readonly number[]): void
  local(name: string, value: number): void
  leave(fn: string, ret: number): void
}
