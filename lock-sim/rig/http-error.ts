/** An answer that is not what was asked for; the message is one sentence for whoever wrote the request. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  /** Which field of the body is wrong. */
  readonly field: string | undefined;

  constructor(status: number, message: string, field?: string) {
    super(message);
    this.status = status;
    this.field = field;
  }
}
