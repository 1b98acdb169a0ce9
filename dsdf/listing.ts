import type { TreeEntry } from "./tree.js";

/**
 * The answer to `server=list`: one line an entry, `ID` or `ID|DESCRIPTION`, CRLF.
 * @param entries as {@link SourceTree.list} gives them
 * Source: das2-server 2.5.
 */
export function listText(entries: readonly TreeEntry[]): string {
  let text = "";
  for (const { id, description } of entries)
    text += `${id}${description === undefined ? "" : `|${oneLine(description)}`}\r\n`;
  return text;
}

/**
 * The answer to `server=discovery`: the sources with examples, not inside a directory `test`, and their directories.
 * @param options `skipLowercase`: nothing inside directories with all-lower-case names
 * Source: das2-server 2.5.
 */
export function discoveryText(
  entries: readonly TreeEntry[],
  options: { readonly skipLowercase?: boolean } = {},
): string {
  const shown = new Set<string>();
  for (const { id, hasExamples } of entries) {
    if (!hasExamples) continue;
    const directories = id.split("/").slice(0, -1);
    if (directories.includes("test")) continue;
    if (options.skipLowercase === true && directories.some(isLowercase)) continue;
    shown.add(id);
    directories.forEach((_, index) => {
      shown.add(`${directories.slice(0, index + 1).join("/")}/`);
    });
  }
  return listText(entries.filter(({ id }) => shown.has(id)));
}

/** Has letters, and none of them is a capital. */
function isLowercase(name: string): boolean {
  return name === name.toLowerCase() && name !== name.toUpperCase();
}

/** A tab or line separator in a description would be taken for a new field or line. */
function oneLine(text: string): string {
  return text.replaceAll(/[\t\v\f\u0085\u2028\u2029]+/g, " ");
}
