import { ExportError } from "./export-line.ts";

/** An event has less than 2,000. */
const LINE_BYTES_MAX = 64 * 1024;

/** The lines of a stream of UTF-8. Throws ExportError for a line that does not end in time: memory is bounded. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
      yield rest.toString("utf8", from, end);
      from = end + 1;
    }
    rest = rest.subarray(from);
    if (rest.length > LINE_BYTES_MAX) throw new ExportError(`a line has more than ${LINE_BYTES_MAX} bytes`);
  }
  if (rest.length > 0) yield rest.toString("utf8");
}
