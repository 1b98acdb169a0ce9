/** A source that can be found. */
export interface ListedSource {
  readonly id: string;
  readonly about: string;
}

/** The sources of the answer to `server=list`; folders, which end in `/`, are left out. */
export function listedSources(text: string): readonly ListedSource[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const bar = line.indexOf("|");
    const id = bar < 0 ? line : line.slice(0, bar);
    return id === "" || id.endsWith("/") ? [] : [{ id, about: bar < 0 ? "" : line.slice(bar + 1) }];
  });
}

/** The sources that hold all words, in any case; those whose ids hold them before those of which only the description does. */
export function findSources(sources: readonly ListedSource[], text: string): readonly ListedSource[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return [];
  const inIds: ListedSource[] = [];
  const elsewhere: ListedSource[] = [];
  for (const source of sources) {
    const id = source.id.toLowerCase();
    const all = `${id} ${source.about.toLowerCase()}`;
    if (words.every((word) => id.includes(word))) inIds.push(source);
    else if (words.every((word) => all.includes(word))) elsewhere.push(source);
  }
  return [...inIds, ...elsewhere];
}
