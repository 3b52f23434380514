/** An HTTP API that did not answer with 2xx. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown, request: string) {
    const detail = (body as { detail?: unknown } | null)?.detail;
    super(`${request} answered ${status}${typeof detail === "string" ? `: ${detail}` : ""}`);
    this.status = status;
    this.body = body;
  }
}

/** A JSON API at a base URL. What comes back is trusted to have the shape `T`: it is our own programs that answer. */
export class JsonApi {
  readonly #baseUrl: string;
  readonly #headers: Record<string, string>;

  constructor(baseUrl: string, bearerToken?: string) {
    this.#baseUrl = baseUrl;
    this.#headers = bearerToken === undefined ? {} : { authorization: `Bearer ${bearerToken}` };
  }

  get<T>(path: string): Promise<T> {
    return this.#request("GET", path);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.#request("POST", path, body);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#request("PUT", path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.#request("DELETE", path);
  }

  async #request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.#baseUrl + path, {
      method,
      headers: { ...this.#headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === "" ? undefined : JSON.parse(text);
    if (!response.ok) throw new ApiError(response.status, answer, `${method} ${path}`);
    return answer as T;
  }
}

/** The answer, or undefined if the request was refused or lost with its server. */
export async function answerOf<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    // fetch tells of a lost connection by a TypeError.
    if (error instanceof ApiError || error instanceof TypeError) return undefined;
    throw error;
  }
}
