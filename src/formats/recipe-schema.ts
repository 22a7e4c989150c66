/**
 * Recipes that come from outside: a page, or a session file. Shapes, lengths and ranges are checked;
 * what a value means (is there such a scenario?) the engine decides.
 */
import * as v from 'valibot'
import type { Recipe } from '../shared/run'
import { CALLERS, INJECTABLE_NAMES, POLICIES, VARIANTS } from '../sim'

const MAX_SET = 64
export const MAX_NAME = 64
export const MAX_SEED = 2 ** 31 - 1
export const MAX_PFN = 2 ** 40
/** Pins are let go frame by frame, so a fork can have many. */
export const MAX_INTERVENTIONS = 8192
const MAX_CHANGES = 64

export function wholeNumber(min: number, max: number): v.GenericSchema<unknown, number> {
  return v.custom<number>(
    (x) => typeof x === 'number' && Number.isInteger(x) && x >= min && x <= max,
    `expected a whole number from ${min} to ${max}`,
  )
}

export function text(min: number, max: number): v.GenericSchema<unknown, string> {
  return v.custom<string>(
    (x) => typeof x === 'string' && x.length >= min && x.length <= max,
    `expected a text of ${min} to ${max} characters`,
  )
}

const pfn = wholeNumber(0, MAX_PFN)

function ascending(list: v.GenericSchema<unknown, number[]>, what: string) {
  return v.pipe(
    list,
    v.check(
      (ns) => ns.every((n, i) => i === 0 || n > (ns[i - 1] as number)),
      `expected ascending ${what} numbers`,
    ),
  )
}

const patches = ascending(v.array(wholeNumber(1, 5), 'expected a list of patch numbers'), 'patch')

const set = v.pipe(
  v.record(v.string(), text(0, 200), 'expected an object of parameter values'),
  v.check((x) => Object.keys(x).length <= MAX_SET, `expected at most ${MAX_SET} parameters`),
  v.check(
    (x) => Object.keys(x).every((name) => name.length <= MAX_NAME),
    `expected names of at most ${MAX_NAME} characters`,
  ),
)

export const kernel = v.strictObject({
  patches,
  mode: v.picklist(['strict', 'lenient'], 'expected strict or lenient'),
  policy: v.optional(v.picklist(POLICIES, `expected one of ${POLICIES.join(', ')}`)),
  variant: v.optional(v.picklist(VARIANTS, `expected one of ${VARIANTS.join(', ')}`)),
  notifierPasses: v.optional(wholeNumber(0, 1000)),
  fixes: v.optional(ascending(v.array(wholeNumber(1, 7), 'expected a list of fix numbers'), 'fix')),
  converted: v.optional(
    v.pipe(
      v.array(v.picklist(CALLERS, `expected one of ${CALLERS.join(', ')}`)),
      v.maxLength(CALLERS.length, 'expected no caller twice'),
    ),
  ),
})

const at = wholeNumber(0, Number.MAX_SAFE_INTEGER)

type Intervention = NonNullable<Recipe['interventions']>[number]

export const intervention: v.GenericSchema<unknown, Intervention> = v.variant('do', [
  v.strictObject({ at, do: v.literal('unpin'), pfn }),
  v.strictObject({ at, do: v.literal('drain') }),
  v.strictObject({ at, do: v.literal('kernel'), kernel }),
  v.strictObject({
    at,
    do: v.literal('sleep'),
    actor: text(1, MAX_NAME),
    ns: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  }),
  v.strictObject({
    at,
    do: v.literal('inject'),
    fn: v.picklist(INJECTABLE_NAMES, `expected one of ${INJECTABLE_NAMES.join(', ')}`),
    nth: wholeNumber(1, MAX_SEED),
    ret: wholeNumber(-4095, -1),
  }),
])

export const interventions = v.pipe(
  v.array(intervention),
  v.maxLength(MAX_INTERVENTIONS, `expected at most ${MAX_INTERVENTIONS} interventions`),
)

const changes = v.pipe(
  v.array(
    v.variant('do', [
      v.strictObject({
        do: v.literal('grow'),
        area: text(1, MAX_NAME),
        pages: wholeNumber(1, MAX_PFN),
      }),
      v.strictObject({
        do: v.literal('align'),
        actor: text(1, MAX_NAME),
        step: wholeNumber(0, MAX_SEED),
        align: wholeNumber(0, 32),
      }),
    ]),
  ),
  v.maxLength(MAX_CHANGES, `expected at most ${MAX_CHANGES} changes`),
)

/** All of a recipe but its interventions, which a file has in another form. */
export const recipeEntries = {
  scenario: text(1, MAX_NAME),
  seed: wholeNumber(0, MAX_SEED),
  set,
  kernel,
  changes: v.optional(changes),
}

export const recipe: v.GenericSchema<unknown, Recipe> = v.strictObject({
  ...recipeEntries,
  interventions: v.optional(interventions),
})
