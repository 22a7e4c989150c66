/**
 * Property tests draw their cases from this seed, so that a failure comes again. Another one may be
 * tried with PROPERTY_SEED=n.
 */
import process from 'node:process'
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 20130305) })
