/** Colours of exported figures: those of the light theme, which print and mails share. */
import { PAGE_CLASSES, type PageClass } from '../shared/page-map'

export const COLOURS = {
  surface: '#ffffff',
  line: '#d9dee5',
  text: '#17202a',
  muted: '#566373',
  accent: '#0b62d0',
  good: '#11784b',
  bad: '#c2311f',
  warn: '#8a6100',
} as const

const CLASS_COLOURS: Readonly<Record<PageClass, string>> = {
  absent: '#f6f7f9',
  'free-unmovable': '#ddd3ea',
  'free-reclaimable': '#cfe3d5',
  'free-movable': '#cfe0ec',
  'free-reserve': '#d9d9d9',
  'free-cma': '#efe5b5',
  'free-isolate': '#f0cccc',
  pcp: '#a9cbe0',
  anon: '#4590ba',
  file: '#007e5c',
  kernel: '#a36186',
  'page-table': '#7266a7',
  reserved: '#565b66',
  'cma-buffer': '#2b3a4a',
  'pinned-short': '#a86a00',
  'pinned-long': '#c2311f',
}

/** By the values of the map's cells. */
export const PAGE_COLOURS: readonly string[] = PAGE_CLASSES.map((name) => CLASS_COLOURS[name])
