/** The world is wrong around the store: the message is one sentence that a person can act on. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type StoreErrorCode = "in-use" | "newer-schema" | "full" | "not-writable" | "too-open" | "damaged" | "io";

/** A failure of SQLite or of the file system as a StoreError, or the error itself if the world is not to blame. */
export function asStoreError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const sentence = sentenceFor(error.code, path);
  return sentence ? new StoreError(sentence.code, sentence.message, { cause: error }) : error;
}

function sentenceFor(code: string, path: string): { code: StoreErrorCode; message: string } | undefined {
  // Extended codes (SQLITE_IOERR_WRITE) begin with the primary one.
  switch (/^SQLITE_[A-Z]+|^E[A-Z]+$/.exec(code)?.[0]) {
    case "SQLITE_BUSY":
    case "SQLITE_LOCKED":
      return { code: "in-use", message: `${path} is in use by another portvakt; stop that one first` };
    case "SQLITE_FULL":
    case "ENOSPC":
    case "EDQUOT":
      return { code: "full", message: `no room left on the disk for ${path}` };
    case "SQLITE_READONLY":
    case "SQLITE_CANTOPEN":
    case "SQLITE_PERM":
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOENT":
    case "EISDIR":
      return { code: "not-writable", message: `${path} can not be opened for writing` };
    case "EEXIST":
    case "ENOTDIR":
      return { code: "not-writable", message: `${path} is, or lies below, a file; the data needs a directory` };
    case "SQLITE_CORRUPT":
    case "SQLITE_NOTADB":
      return { code: "damaged", message: `${path} is damaged; restore it from a backup` };
    case "SQLITE_IOERR":
    case "EIO":
      return { code: "io", message: `the disk failed while reading or writing ${path} (${code})` };
    default:
      return undefined;
  }
}
