// Where a published port can be opened from this browser.
import type { PublishedPort } from "../api/wire";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

interface Opened {
  readonly label: string;
  /** null where no link would work: it is not TCP, or only the machine itself reaches it and the browser is elsewhere. */
  readonly href: string | null;
}

/**
 * `published` is what the node has, once it was read: it knows the address, which is the loopback otherwise. The link
 * takes the loopback name that this site is not at, so that the site's cookies do not go along: they know no ports.
 */
export function opened(
  port: Pick<PublishedPort, "hostPort" | "protocol">,
  published: readonly PublishedPort[],
  siteHost: string,
): Opened {
  const found = published.find((each) => each.hostPort === port.hostPort);
  const isLoopback = !found?.hostIp || found.hostIp.startsWith("127.");
  const other = siteHost === "localhost" ? "127.0.0.1" : "localhost";
  const host = isLoopback ? other : found.hostIp;
  const label = `:${port.hostPort}`;
  const reachable = port.protocol.toUpperCase() === "TCP" && (!isLoopback || LOOPBACK.has(siteHost));
  return { label, href: reachable ? `http://${host}:${port.hostPort}` : null };
}
