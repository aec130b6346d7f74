import { brokenDelivery } from './broken-delivery.ts'
import { brokenFraming } from './broken-framing.ts'
import { brokenSafety } from './broken-safety.ts'
import type { BrokenServer } from './broken-server.ts'
import { brokenSources } from './broken-sources.ts'

/** For each case, by its name, the servers that break what it asks about, each in one way. */
export const brokenServers: Readonly<Record<string, readonly BrokenServer[]>> = {
  ...brokenDelivery,
  ...brokenFraming,
  ...brokenSources,
  ...brokenSafety,
}
