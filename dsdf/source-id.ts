/** Deepest nesting of directories below a root; das2-server 2.5. */
export const MAX_TREE_DEPTH = 20;

/**
 * The elements of a source id as a client writes it, without `.dsdf` at its end; `undefined` for what can be no id:
 * empty elements, `.` or `..` or another leading dot, control characters, more than 20 levels or 1024 characters.
 * What is left leads nowhere above a root. Source: das2-server 2.5, 2.7, 20.1 (4).
 */
export function idElements(id: string): readonly [string, ...string[]] | undefined {
  if (id.length > 1024) return undefined;
  const elements = (id.endsWith(".dsdf") ? id.slice(0, -".dsdf".length) : id).split("/");
  const [first, ...others] = elements;
  if (first === undefined || elements.length > MAX_TREE_DEPTH || elements.at(-1) === "_dirinfo_")
    return undefined;
  return elements.every(isName) ? [first, ...others] : undefined;
}

/** Whether a file or directory of that name belongs to the tree. */
export function isName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
  return name !== "" && !name.startsWith(".") && !/[\u0000-\u001f\u007f/]/.test(name);
}

/** Order of ids by the bytes of their UTF-8; das2-server 2.5. */
export function compareIds(a: string, b: string): number {
  // UTF-16 and UTF-8 agree on the order of everything below U+D800.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range begins at the first character
  const plain = /^[\u0000-\ud7ff]*$/;
  if (plain.test(a) && plain.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
