// What the document of the inspector loads.
import { Inspector } from './inspector.ts'

export const main = new Inspector()
