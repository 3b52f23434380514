/** What the two ends of a link have agreed on, in the units of HCI. */
export interface LinkParameters {
  /** Time between connection events, in 1.25 ms. */
  readonly interval: number;
  /** Events that the peripheral need not listen to. The virtual one always does. */
  readonly latency: number;
  /** An end that hears nothing for so long ends the link, in 10 ms. */
  readonly supervisionTimeout: number;
}

export function intervalMs({ interval }: LinkParameters): number {
  return interval * 1.25;
}

export function supervisionMs({ supervisionTimeout }: LinkParameters): number {
  return supervisionTimeout * 10;
}
