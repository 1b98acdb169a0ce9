/**
 * Another page of this server as a document without a window: nothing in it runs or is loaded.
 * Errors: that of `fetch`, and an answer that is not a page.
 */
export async function otherPage(url: string, signal?: AbortSignal): Promise<Document> {
  const answer = await fetch(url, signal === undefined ? {} : { signal });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Copies of what is in an element of a document, for this one. */
export function copiesOf(from: Element | null): readonly Node[] {
  return Array.from(from?.childNodes ?? [], (node) => document.importNode(node, true));
}
