/** What a station has done on the air since it was made: what a battery pays for, and what figures are counted in. */
export interface Activity {
  /** Advertising events, each on three channels. */
  advertisingEvents: number;
  /** Connection events of all its links, whether or not the peer was heard. */
  connectionEvents: number;
}
