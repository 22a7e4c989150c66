import type * as v from 'valibot'

/** Where a value is wrong, `.forks[3].at`, and what is expected there. */
export function issueText(
  issues: readonly [v.BaseIssue<unknown>, ...(readonly v.BaseIssue<unknown>[])],
): { at: string; message: string } {
  const [issue] = issues
  const steps = (issue.path ?? []).map(({ key }) =>
    typeof key === 'number' ? `[${key}]` : `.${String(key).slice(0, 60)}`,
  )
  return { at: steps.join('').slice(0, 200), message: issue.message.slice(0, 200) }
}
