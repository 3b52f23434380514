import type { ApiClient } from "./api-client.ts";

interface Page<T> {
  items: T[];
  next?: string;
}

/** All items of a list, page by page; the path may have a query. `next` goes on where it ended the last time. */
export async function* allItems<T>(client: ApiClient, path: string): AsyncGenerator<T> {
  const start = path.includes("?") ? "&" : "?";
  for (let after: string | undefined; ; ) {
    const query = after === undefined ? "" : `${start}after=${encodeURIComponent(after)}`;
    const page = await client.get<Page<T>>(`${path}${query}`);
    yield* page.items;
    if (page.next === undefined) return;
    after = page.next;
  }
}
