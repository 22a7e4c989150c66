/** The terms a typed text means. */
import { GLOSSARY, type Term } from '../../../../shared/glossary'

/** Terms whose name has the text come first, then those that speak of it or cite it as a rule. */
export function termsFor(typed: string): readonly Term[] {
  const wanted = typed.trim().toLowerCase()
  if (wanted === '') return GLOSSARY
  const named = GLOSSARY.filter((t) => t.term.toLowerCase().includes(wanted))
  const others = GLOSSARY.filter(
    (t) =>
      !named.includes(t) &&
      [t.text, ...t.rules].some((text) => text.toLowerCase().includes(wanted)),
  )
  return [...named, ...others]
}

export function termName(id: string): string {
  return GLOSSARY.find((t) => t.id === id)?.term ?? id
}

/** What a term says, cut at its backticks: words and code in turn, words first. */
export function textParts(text: string): string[] {
  return text.split('`')
}
