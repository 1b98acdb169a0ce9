/** The last element of the path of a live stream. Source: das2-server 7.1, 10. */
const LAST = "/flexRT";

/** The source of `/source/ID/flexRT`, on the port of the server itself. */
export function sourceOfServerPath(path: string): string | undefined {
  if (!path.startsWith("/source/") || !path.endsWith(LAST)) return undefined;
  return idOf(path.slice("/source/".length, -LAST.length));
}

/** The source of `/ID`, on a port of the service's own: `source/` before and `/flexRT` behind say nothing more. */
export function sourceOfServicePath(path: string): string | undefined {
  const id = path.replace(/^\/(?:source\/)?/, "");
  return idOf(id.endsWith(LAST) ? id.slice(0, -LAST.length) : id);
}

function idOf(text: string): string | undefined {
  return text === "" ? undefined : text;
}
