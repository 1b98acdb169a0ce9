/** Cut for a message: enough to recognise, never the whole of an attack. */
export function quoted(text: string): string {
  return `"${text.length > 80 ? `${text.slice(0, 80)}...` : text}"`;
}
