/** Whether this name or address is the machine itself and nothing else. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Whether a request comes from this machine's own programs. A browser here may be led by any page: it would then name
 * another host, or another page's origin.
 */
export function isOwnRequest(headers: { host?: string | undefined; origin?: string | undefined }): boolean {
  const hosts = [`http://${headers.host}`, headers.origin ?? "http://localhost"];
  return hosts.every((text) => URL.canParse(text) && isLoopback(new URL(text).hostname));
}
