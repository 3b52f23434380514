/** How much a run measures. */
export interface Effort {
  /** How often contenders take turns. */
  rounds: number;
  /** How long one contender's turn lasts, where time ends it. */
  roundMs: number;
  /** Rows of events that one contender's turn writes, about. */
  eventsPerRound: number;
  /** Of the backlog that is drained. */
  drainEvents: number;
  /** Sessions or unlocks before anything counts, so that the machine code is what it will be after a day. */
  warmUpTasks: number;
  /** Sessions or unlocks that count. */
  tasks: number;
  /** How often a gateway's memory is read. */
  memoryReadings: number;
  /** How many locks a gateway has whose memory is weighed. */
  lockCounts: { few: number; many: number };
  /** How many grants are in the table of the lock that decides. */
  tableGrants: number;
  /** How many locks are simulated together, and for how long by their own clock. */
  simulated: { locks: number; hours: number };
  /** Unlocks over the virtual radio, of each kind. */
  airUnlocks: number;
  /** A stair of locks on the virtual radio, and for how long by their own clock. */
  stair: { locks: number; minutes: number };
  /** Rights of a gateway with many locks: each resident's grant is for one lock, each carer's for the first `together`. */
  rights: { locks: number; residentsPerLock: number; carers: number; together: number };
  /** How many locks on the virtual radio are brought theirs. */
  filledStair: number;
}

export const FULL: Effort = {
  rounds: 25,
  roundMs: 60,
  eventsPerRound: 4_000,
  drainEvents: 300_000,
  warmUpTasks: 1_000,
  tasks: 2_000,
  memoryReadings: 5,
  lockCounts: { few: 100, many: 1_000 },
  tableGrants: 1_000,
  simulated: { locks: 200, hours: 100 },
  airUnlocks: 500,
  stair: { locks: 20, minutes: 5 },
  rights: { locks: 300, residentsPerLock: 33, carers: 100, together: 200 },
  filledStair: 8,
};

/** Too short to say anything but that the row works. */
export const QUICK: Effort = {
  rounds: 1,
  roundMs: 1,
  eventsPerRound: 20,
  drainEvents: 500,
  warmUpTasks: 1,
  tasks: 2,
  memoryReadings: 1,
  lockCounts: { few: 1, many: 2 },
  tableGrants: 3,
  simulated: { locks: 2, hours: 1 },
  airUnlocks: 1,
  stair: { locks: 1, minutes: 1 },
  rights: { locks: 2, residentsPerLock: 20, carers: 2, together: 1 },
  filledStair: 1,
};
