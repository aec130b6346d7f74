import { describeBroken } from '../../../../test/conformance/describe-broken.ts'
import { g12NothingInjects } from './g12-nothing-injects.ts'
import { g13HostileClients } from './g13-hostile-clients.ts'
import { g14Drain } from './g14-drain.ts'

describeBroken([...g12NothingInjects, ...g13HostileClients, ...g14Drain])
