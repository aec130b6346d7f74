/** How long each measurement takes. */
export interface Plan {
  rounds: number
  /** Seconds of load in a round, and before the first round. */
  seconds: number
  warmSeconds: number
  connections: number
  /** Bytes that the fast reader takes. */
  fastBytes: number
  stalledSeconds: number
  idleStreams: number
  /** Replies of each server in `busy`. */
  arrivalRounds: number
  crowdStreams: number
  crowdSeconds: number
  latencyBlocks: number
}

export const fullPlan: Plan = {
  rounds: 5,
  seconds: 2,
  warmSeconds: 1,
  connections: 16,
  fastBytes: 10e9,
  stalledSeconds: 5,
  idleStreams: 2000,
  arrivalRounds: 5,
  crowdStreams: 50,
  crowdSeconds: 30,
  latencyBlocks: 2000,
}

/** The plan of `--quick`: fewer and shorter rounds, and a tenth of the stream. */
export const quickPlan: Plan = {
  ...fullPlan,
  rounds: 2,
  seconds: 0.5,
  warmSeconds: 0.3,
  fastBytes: 1e9,
  stalledSeconds: 1,
  arrivalRounds: 1,
  crowdSeconds: 6,
  latencyBlocks: 500,
}
