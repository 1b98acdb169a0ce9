/**
 * As whom a client is counted: a user who has logged in, wherever from, else the address. Of an address of IPv6 the first 64 bits
 * count, for a host has all of the rest to itself.
 */
export function clientName(address: string, user?: string): string {
  if (user !== undefined) return `user ${user}`;
  return `address ${address.includes(":") ? networkOf(address) : address}`;
}

/** The first four groups of an address, written in full. */
function networkOf(address: string): string {
  const [head = "", tail] = address.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const behind = tail === "" ? 0 : tail.split(":").length;
    while (groups.length + behind < 8 && groups.length < 4) groups.push("0");
    groups.push(...tail.split(":"));
  }
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
