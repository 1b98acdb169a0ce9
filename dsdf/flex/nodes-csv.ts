/** One line of the flat listing. */
export interface NodeRow {
  readonly localId: string;
  readonly type: string;
  readonly title: string;
  readonly url: string;
  readonly mime: string;
  readonly provides: readonly string[];
}

/**
 * The flat listing of a catalog: sorted by key, a catalog before its members, every field that is not empty quoted, CRLF.
 * Source: das2-server 8.5.
 */
export function nodesCsv(rows: readonly NodeRow[]): string {
  const widest = rows.reduce((most, { provides }) => Math.max(most, provides.length), 0);
  const header = ["LocalID", "Type", "Title", "URL", "Item-MIME", ...Array(widest).fill("Provides-MIME")];
  const lines = [...rows]
    .sort((a, b) => (a.localId < b.localId ? -1 : a.localId > b.localId ? 1 : 0))
    .map(({ localId, type, title, url, mime, provides }) => [
      localId,
      type,
      title,
      url,
      mime,
      ...provides,
      ...Array(widest - provides.length).fill(""),
    ]);
  return [header, ...lines].map((fields) => `${fields.map(field).join(",")}\r\n`).join("");
}

/** Line ends would break a line that readers split before they look at quotes. */
function field(text: string): string {
  return text === "" ? "" : `"${text.replaceAll(/[\r\n]+/g, " ").replaceAll('"', '""')}"`;
}
