import { BlockList, SocketAddress } from "node:net";

/**
 * 4 or 6 for an address, 0 for other text. The expressions of `node:net` `isIP` take 3 ms to compile, a tenth of a
 * whole CGI request; the system's own parser takes none.
 */
function isIP(text: string): 0 | 4 | 6 {
  const family = text.includes(":") ? "ipv6" : "ipv4";
  try {
    new SocketAddress({ address: text, family });
    return family === "ipv6" ? 6 : 4;
  } catch {
    return 0;
  }
}

/**
 * Whether the text is an address (`192.0.2.7`, `2001:db8::1`), a network in CIDR form (`192.0.2.0/24`) or `*`.
 * Source: das2-server 6.3.
 */
export function isNetwork(text: string): boolean {
  if (text === "*") return true;
  const slash = text.indexOf("/");
  const family = isIP(slash < 0 ? text : text.slice(0, slash));
  if (family === 0 || text.includes("%")) return false;
  if (slash < 0) return true;
  const bits = text.slice(slash + 1);
  return /^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/**
 * A test of addresses against a list that {@link isNetwork} accepts. A bare address counts as /32 or /128, `*` as
 * everything; an IPv4 address written inside IPv6 (`::ffff:192.0.2.7`) counts as the IPv4 address.
 * Source: das2-server 6.3.
 */
export function networkTest(networks: readonly string[]): (address: string) => boolean {
  if (networks.includes("*")) return (address) => isIP(address) !== 0;
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const mapped = /^::ffff:([0-9.]+)$/i.exec(address)?.[1];
    const plain = mapped !== undefined && isIP(mapped) === 4 ? mapped : address;
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 4 ? "ipv4" : "ipv6");
  };
}
