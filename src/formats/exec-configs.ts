/** CONFIG_* options of a machine: those the model can switch, and those it has for good. */
import { Complaint, entriesOf, flag, squeeze, text, whole } from './exec-kinds'

/** What configurations change in the recipe of a machine. */
export interface Configs {
  debugVm?: boolean
  thpEnabled?: boolean
  iommu?: boolean
  sgChaining?: boolean
  dmaMaxSegSize?: number
  dmaCacheAlign?: number
  cmaAlignmentOrder?: number
  maxOrder?: number
  /** false refuses CMA areas. */
  cma?: boolean
  gupFast?: boolean
  /** false refuses a HighMem zone. */
  highmem?: boolean
}

type Switch = (configs: Configs, value: unknown, at: string) => void

const SWITCHES: Readonly<Record<string, Switch>> = {
  TRANSPARENT_HUGEPAGE: (c, x, at) => (c.thpEnabled = flag.read(x, at)),
  DEBUG_VM: (c, x, at) => (c.debugVm = flag.read(x, at)),
  ARM_DMA_USE_IOMMU: (c, x, at) => (c.iommu = flag.read(x, at)),
  ARCH_HAS_SG_CHAIN: (c, x, at) => (c.sgChaining = flag.read(x, at)),
  DMA_MAX_SEG_SIZE: (c, x, at) => (c.dmaMaxSegSize = whole(4096, 2 ** 30).read(x, at)),
  DMA_CACHE_ALIGN: (c, x, at) => (c.dmaCacheAlign = whole(1, 4096).read(x, at)),
  CMA_ALIGNMENT: (c, x, at) => (c.cmaAlignmentOrder = whole(0, 20).read(x, at)),
  FORCE_MAX_ZONEORDER: (c, x, at) => (c.maxOrder = whole(1, 14).read(x, at)),
  HAVE_GUP_FAST: (c, x, at) => (c.gupFast = flag.read(x, at)),
  CMA: (c, x, at) => (c.cma = flag.read(x, at)),
  HIGHMEM: (c, x, at) => (c.highmem = flag.read(x, at)),
}

/** Spellings of options of ours. */
const SPELLINGS: Readonly<Record<string, string>> = {
  iommu: 'ARM_DMA_USE_IOMMU',
  dmauseiommu: 'ARM_DMA_USE_IOMMU',
  thp: 'TRANSPARENT_HUGEPAGE',
  thpenabled: 'TRANSPARENT_HUGEPAGE',
  gupfast: 'HAVE_GUP_FAST',
  sgchaining: 'ARCH_HAS_SG_CHAIN',
  sgchain: 'ARCH_HAS_SG_CHAIN',
  cmaalignmentorder: 'CMA_ALIGNMENT',
  maxorder: 'FORCE_MAX_ZONEORDER',
}

/** Options every modelled kernel has, and those none has. */
const ALWAYS = ['MMU', 'SMP', 'MIGRATION', 'MEMORY_ISOLATION', 'COMPACTION', 'SWAP', 'FLATMEM']
const NEVER = [
  'NUMA',
  'KSM',
  'HUGETLB_PAGE',
  'HUGETLBFS',
  'MEMCG',
  'CGROUP_MEM_RES_CTLR',
  'FRONTSWAP',
]

function known(): string {
  return [...Object.keys(SWITCHES), ...ALWAYS, ...NEVER].toSorted().join(', ')
}

/** `CONFIG_NAME` or `CONFIG_NAME=y`, as a line of a kernel configuration. */
function listed(line: unknown, at: string): [string, unknown] {
  const [name = '', value = 'y'] = text(128).read(line, at).split('=')
  return [name.trim(), value.trim()]
}

/** Reads an object of options, or a list of lines, with or without CONFIG_, in any spelling. */
export function readConfigs(x: unknown, at: string): Configs {
  const configs: Configs = {}
  const options = Array.isArray(x)
    ? x.map((line, i) => listed(line, `${at}[${i}]`))
    : entriesOf(x, at)
  for (const [key, value] of options) {
    const path = `${at}.${key}`
    const word = squeeze(key).replace(/^config/, '')
    const name = SPELLINGS[word] ?? Object.keys(SWITCHES).find((n) => squeeze(n) === word)
    const set = name === undefined ? undefined : SWITCHES[name]
    if (set !== undefined) set(configs, value, path)
    else fixedOption(word, value, path)
  }
  return configs
}

function fixedOption(word: string, value: unknown, at: string): void {
  const isAlways = ALWAYS.some((name) => squeeze(name) === word)
  const isNever = NEVER.some((name) => squeeze(name) === word)
  if (!isAlways && !isNever) throw new Complaint(at, `unknown option; known: ${known()}`)
  if (flag.read(value, at) === isAlways) return
  throw new Complaint(at, `the modelled kernel ${isAlways ? 'always has it' : 'never has it'}`)
}
