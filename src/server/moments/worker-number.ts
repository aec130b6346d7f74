const given = process.env['MILLRACE_WORKER']
// What a worker starts itself is none.
delete process.env['MILLRACE_WORKER']

/** Which of the workers this process is, from 1; undefined in any other process. */
export const workerNumber = given === undefined ? undefined : Number(given)
