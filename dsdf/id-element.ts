/** The last element of an id: `Pump4` of `Demo/Pump4`. */
export function lastElement(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
