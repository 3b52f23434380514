/** A message for the broker. */
export interface Outgoing {
  topic: string;
  payload: string;
  isRetained?: boolean;
  contentType?: string;
  responseTopic?: string;
  /** Comes back with the response. */
  correlation?: Uint8Array;
  /** The broker drops it for whoever is not there by then. */
  expiresInSeconds?: number;
}

/** A message of the broker's. Nothing of it is trusted. */
export interface Incoming {
  topic: string;
  payload: Uint8Array;
  /** It was published to be kept: it may be of any age. */
  isRetained: boolean;
  responseTopic?: string;
  correlation?: Uint8Array;
  /** What is left of its life, as the broker tells. */
  expiresInSeconds?: number;
}
