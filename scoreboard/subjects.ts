import type { Guarantee } from '../src/conformance/conformance-case.ts'

/** What each guarantee is about, in two words. */
export const subjects: Readonly<Record<Guarantee, string>> = {
  G1: 'no block waits',
  G2: 'back-pressure',
  G3: 'head once',
  G4: 'failure shows',
  G5: 'closed once',
  G6: 'true length',
  G7: 'no body',
  G8: 'one framing',
  G9: 'context',
  G10: 'departure',
  G11: 'compression',
  G12: 'no injection',
  G13: 'hostile clients',
  G14: 'drains',
}
