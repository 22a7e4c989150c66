/** Sends the line of a form to the console and keeps what it refuses, for the field it is about. */
import { shallowRef, type ShallowRef } from 'vue'
import { useDebugStore } from '../../stores/debug'
import { problemOf, type FieldProblem, type FormLine } from './debugger-model'

export interface LineSender {
  readonly problem: ShallowRef<FieldProblem | null>
  /** True when the line was carried out. */
  readonly send: (form: FormLine) => Promise<boolean>
}

export function useLine(): LineSender {
  const debug = useDebugStore()
  const problem = shallowRef<FieldProblem | null>(null)

  async function send(form: FormLine): Promise<boolean> {
    const reply = await debug.run(form.line)
    problem.value =
      reply === null
        ? problemOf(debug.failure?.message ?? 'there is no run to debug', form)
        : reply.how === 'refused'
          ? problemOf(reply.text, form)
          : null
    return problem.value === null
  }

  return { problem, send }
}
