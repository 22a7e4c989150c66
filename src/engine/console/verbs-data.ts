/** Verbs that look: at the stack, at values, at the machine, at who holds what and why. */
import { EVENT_TYPES, PAGE_SIZE } from '../../sim'
import { ExprProblem } from '../expr/error'
import {
  INFO_TOPICS,
  STATE_VIEWS,
  type Command,
  type KmemView,
  type StateView,
  type WhyOf,
} from './command'
import { printScope, scopeOf, type ConsoleNames } from './names'
import type { Section, Verb } from './verb'
import {
  exactly,
  needNumber,
  needPfn,
  numberOf,
  oneOf,
  sourceOf,
  takeCount,
  type Words,
} from './words'

function print(words: Words, names: ConsoleNames): Command {
  const first = words.peek()
  if (first === null) throw new ExprProblem(words.rest().at, 'expected an expression, or page PFN')
  if (first.text === 'page') {
    words.take()
    return { verb: 'page', pfn: lastPfn(words, names) }
  }
  return { verb: 'print', expr: sourceOf(words.rest(), printScope(names)) }
}

function lastPfn(words: Words, names: ConsoleNames): number {
  const pfn = needPfn(words, names.machine)
  words.end()
  return pfn
}

function info(words: Words, names: ConsoleNames): Command {
  const word = words.need(`one of ${INFO_TOPICS.join(', ')}`)
  // gdb users type `i b`, `i f`.
  const short = ({ b: 'breakpoints', f: 'frame', fu: 'functions', c: 'checkpoints' } as const)[
    word.text as 'b' | 'f' | 'fu' | 'c'
  ]
  const topic =
    (short as (typeof INFO_TOPICS)[number] | undefined) ?? oneOf(word, 'topic', INFO_TOPICS)
  const takesPrefix = topic === 'functions' || topic === 'events'
  const prefix = takesPrefix ? (words.take()?.text ?? '') : ''
  words.end()
  if (prefix !== '' && infoNames(names, topic).every((name) => !name.startsWith(prefix))) {
    throw new ExprProblem(
      word.at,
      `no ${topic === 'events' ? 'event type' : 'function'} begins with "${prefix}"`,
    )
  }
  return { verb: 'info', topic, prefix }
}

function infoNames(names: ConsoleNames, topic: string | undefined): readonly string[] {
  if (topic === 'functions') return Object.keys(names.functions)
  return topic === 'events' ? TYPES : []
}

const TYPES: readonly string[] = [...EVENT_TYPES.values()].map((type) => type.name)

/** A number in decimal is a request, one in hexadecimal a frame; `pfn` and `request` say which. */
function whyOf(words: Words, names: ConsoleNames): WhyOf {
  const word = words.peek()
  if (word === null) return { kind: 'last' }
  if (words.takeIf('pfn') || /^0x/i.test(word.text)) {
    return { kind: 'pfn', pfn: lastPfn(words, names) }
  }
  words.takeIf('request')
  const number = needNumber(words, 'the number of a request, or a PFN such as 0x67103')
  words.end()
  return { kind: 'request', number }
}

function audit(words: Words, names: ConsoleNames): Command {
  const word = words.take()
  words.end()
  if (word === null) return { verb: 'audit', area: null }
  return { verb: 'audit', area: exactly(word, 'CMA area', areasOf(names)) }
}

function areasOf(names: ConsoleNames): string[] {
  return names.machine.cma.map((area) => area.name)
}

const KMEM: readonly `-${KmemView}`[] = ['-f', '-i', '-p', '-z']

function kmem(words: Words, names: ConsoleNames): Command {
  const view = exactly(words.need(`one of ${KMEM.join(', ')}`), 'view', KMEM).slice(1) as KmemView
  const pfn = view === 'p' && words.peek() !== null ? pageOrAddress(words, names) : null
  words.end()
  return { verb: 'kmem', view, pfn }
}

/** crash takes physical addresses where the model has PFNs: one is a multiple of the page size. */
function pageOrAddress(words: Words, names: ConsoleNames): number {
  const text = words.peek()?.text ?? ''
  const n = numberOf(text)
  const { startPfn, nrPages } = names.machine
  const isAddress = n !== null && n >= startPfn + nrPages && n % PAGE_SIZE === 0
  if (!isAddress) return needPfn(words, names.machine)
  const pfn = n / PAGE_SIZE
  const word = words.take()
  if (pfn < startPfn + nrPages && pfn >= startPfn) return pfn
  throw new ExprProblem(word?.at ?? 0, `address ${text} lies in no zone of this machine`)
}

function events(words: Words, names: ConsoleNames): Command {
  const rest = words.rest()
  if (rest.text === '') return { verb: 'events', filter: null }
  return { verb: 'events', filter: sourceOf(rest, scopeOf(names, 'event')) }
}

function frame(words: Words): Command {
  const number = words.peek() === null ? null : needNumber(words, 'the number of a frame')
  words.end()
  return { verb: 'frame', number }
}

function bt(words: Words): Command {
  const count = words.peek() === null ? null : takeCount(words)
  words.end()
  return { verb: 'bt', count }
}

function upDown(verb: 'up' | 'down') {
  return (words: Words): Command => {
    const count = takeCount(words)
    words.end()
    return { verb, count }
  }
}

function ofPfn(
  verb: 'ledger' | 'history' | 'held',
  help: string,
  section: Section = 'Who and why',
): Verb {
  return {
    name: verb,
    aliases: [],
    section,
    usage: `${verb} PFN`,
    help,
    parse: (words, names) => ({ verb, pfn: lastPfn(words, names) }),
  }
}

const STATE_HELP: Readonly<Record<StateView, string>> = {
  buddyinfo: '/proc/buddyinfo: free blocks by zone and order',
  pagetypeinfo: '/proc/pagetypeinfo: free blocks by order and migratetype, pageblocks by type',
  zoneinfo: '/proc/zoneinfo: marks and counters of every zone',
  vmstat: '/proc/vmstat: counters of all zones, and events',
  dmesg: 'the kernel log so far',
  ps: 'the tasks: what each is in, its memory and pins',
}

const STATE_VERBS: readonly Verb[] = STATE_VIEWS.map((view) => ({
  name: view,
  aliases: [],
  section: 'Machine',
  usage: view,
  help: STATE_HELP[view],
  parse: (words) => {
    words.end()
    return { verb: 'show', view }
  },
}))

export const DATA_VERBS: readonly Verb[] = [
  {
    name: 'bt',
    aliases: ['backtrace', 'where'],
    section: 'Stack and data',
    usage: 'bt [N]',
    help: 'the modelled functions of the running task, innermost first',
    parse: bt,
  },
  {
    name: 'up',
    aliases: [],
    section: 'Stack and data',
    usage: 'up [N]',
    help: 'look at the caller',
    parse: upDown('up'),
  },
  {
    name: 'down',
    aliases: [],
    section: 'Stack and data',
    usage: 'down [N]',
    help: 'look at the function called',
    parse: upDown('down'),
  },
  {
    name: 'frame',
    aliases: ['f'],
    section: 'Stack and data',
    usage: 'frame [N]',
    help: 'look at frame N, or show the one looked at',
    parse: frame,
  },
  {
    name: 'p',
    aliases: ['print', 'inspect'],
    section: 'Stack and data',
    usage: 'p EXPR | p page PFN',
    help: 'print a value such as zone(Normal).nr_free_cma, or all about a frame',
    parse: print,
    candidates: (_names, words) => (words.length === 0 ? ['page'] : []),
    expression: () => 'print',
    readsFrame: true,
  },
  {
    name: 'info',
    aliases: ['i'],
    section: 'Stack and data',
    usage: `info ${INFO_TOPICS.join('|')}`,
    help: 'what there is; functions and events take a prefix',
    parse: info,
    candidates: (names, words) =>
      words.length === 0
        ? INFO_TOPICS
        : infoNames(
            names,
            INFO_TOPICS.find((topic) => topic.startsWith(words[0] ?? '')),
          ),
  },
  ofPfn('ledger', 'every reference to a frame: kind, holder, path, since when; the sum is _count'),
  ofPfn('history', 'every event that named a frame'),
  ofPfn('held', 'who ever held a frame over the whole run'),
  {
    name: 'why',
    aliases: [],
    section: 'Who and why',
    usage: 'why [N | PFN]',
    help: 'why the last request failed, or the N-th, or what a frame is blocked by',
    parse: (words, names) => ({ verb: 'why', of: whyOf(words, names) }),
  },
  {
    name: 'audit',
    aliases: [],
    section: 'Who and why',
    usage: 'audit [AREA]',
    help: 'which frames would block a contiguous request if one were made now',
    parse: audit,
    candidates: (names) => areasOf(names),
  },
  {
    name: 'events',
    aliases: ['ev'],
    section: 'Who and why',
    usage: 'events [FILTER]',
    help: 'events from the cursor on that a filter keeps, such as type == mm_page_alloc',
    parse: events,
    expression: () => 'event',
  },
  {
    name: 'kmem',
    aliases: [],
    section: 'Machine',
    usage: 'kmem -f | -i | -p [PFN] | -z',
    help: 'as crash: free lists, memory use, frames, zones',
    parse: kmem,
    candidates: (_names, words) => (words.length === 0 ? KMEM : []),
  },
  ...STATE_VERBS,
]
