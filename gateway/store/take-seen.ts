/** Of a list in order of position, so many behind `after`. */
export interface SeenPage<T> {
  after: string;
  limit: number;
  isSeen: (item: T) => boolean;
  positionOf: (item: T) => string;
}

/** Up to `limit` of those items that may be seen, out of a list that is handed out piece by piece. */
export function takeSeen<T>(
  fetch: (after: string, limit: number) => T[],
  { after, limit, isSeen, positionOf }: SeenPage<T>,
): T[] {
  const seen: T[] = [];
  for (let position = after; ; ) {
    const found = fetch(position, limit);
    seen.push(...found.filter(isSeen));
    const last = found.at(-1);
    if (!last || found.length < limit || seen.length >= limit) return seen.slice(0, limit);
    position = positionOf(last);
  }
}
