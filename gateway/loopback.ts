/** Whether a host's name or address leads nowhere but to this machine. An IPv6 address may stand in brackets, as in a URL. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || /^(::1|\[::1\])$/.test(host) || /^127(\.\d{1,3}){3}$/.test(host);
}
