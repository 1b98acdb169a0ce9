/** A text of a server for messages and labels: one line without control characters, so long at most. */
export function printable(text: string, length: number): string {
  return text
    .slice(0, 4 * length)
    .replace(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, length);
}
