/** Recipes as a file has them: pins that were let go one after the other take a number or two each. */
import type { Recipe } from '../../shared/run'
import { MAX_INTERVENTIONS, MAX_PFN } from '../recipe-schema'
import { BadPart } from './json'
import type { PackedIntervention, PackedRecipe, Unpins } from './schema'

type Intervention = NonNullable<Recipe['interventions']>[number]

export function packRecipe({ interventions, ...rest }: Recipe): PackedRecipe {
  return interventions === undefined ? rest : { ...rest, interventions: packAll(interventions) }
}

function packAll(interventions: readonly Intervention[]): PackedIntervention[] {
  const packed: PackedIntervention[] = []
  let pfns: number[] = []
  interventions.forEach((x, i) => {
    if (x.do !== 'unpin') {
      packed.push(x)
      return
    }
    const before = interventions[i - 1]
    if (before?.do === 'unpin' && before.at === x.at) {
      pfns.push(x.pfn - before.pfn)
      return
    }
    pfns = [x.pfn]
    packed.push({ at: x.at, do: 'unpin', pfns })
  })
  return packed
}

export function unpackRecipe({ interventions, ...rest }: PackedRecipe): Recipe {
  return interventions === undefined ? rest : { ...rest, interventions: unpackAll(interventions) }
}

function unpackAll(packed: readonly PackedIntervention[]): Intervention[] {
  const total = packed.reduce((sum, x) => sum + ('pfns' in x ? x.pfns.length : 1), 0)
  if (total > MAX_INTERVENTIONS) {
    throw new BadPart(`a recipe has ${total} interventions; at most ${MAX_INTERVENTIONS} are taken`)
  }
  return packed.flatMap((x) => ('pfns' in x ? unpins(x) : [x]))
}

function unpins({ at, pfns }: Unpins): Intervention[] {
  let pfn = 0
  return pfns.map((step) => {
    pfn += step
    if (pfn < 0 || pfn > MAX_PFN) throw new BadPart(`${pfn} is no page frame`)
    return { at, do: 'unpin', pfn }
  })
}
