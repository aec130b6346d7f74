/** Says what is wrong with the port or the address, and what to do. */
export function explainListenError(cause: NodeJS.ErrnoException, hostname: string, port: number): Error {
  const why = new Map([
    ['EADDRINUSE', 'the port is in use; give another `port`, or stop what listens there'],
    ['EACCES', 'this user may not use the port; give a `port` of 1024 or more'],
    ['EADDRNOTAVAIL', 'this machine has no such address; give another `hostname`'],
  ]).get(cause.code ?? '')
  return new Error(`Cannot listen on ${hostname}:${port}: ${why ?? cause.message}`, { cause })
}
