/**
 * One server-sent event as text; `data` as JSON.
 * @param id what a client sends back when it connects again
 */
export function eventText(event: string, data: unknown, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
