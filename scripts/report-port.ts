// Loaded before an example of the docs: its server listens on a free port, whatever port the example names,
// and tells the check which one.
import net from 'node:net'

const listen = net.Server.prototype.listen

net.Server.prototype.listen = function listenOnFreePort(...args: unknown[]) {
  this.once('listening', () => {
    const address = this.address()
    if (address !== null && typeof address === 'object') process.send?.({ port: address.port })
  })
  return Reflect.apply(listen, this, args.map(withoutPort))
}

function withoutPort(argument: unknown, index: number): unknown {
  if (index > 0 || argument === null) return argument
  if (typeof argument === 'object' && 'port' in argument) return { ...argument, port: 0 }
  return typeof argument === 'number' || typeof argument === 'string' ? 0 : argument
}

process.channel?.unref()
