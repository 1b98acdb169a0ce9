/** What a path below `/source/` asks for. */
export type SourcePath =
  /** `A/B/`, `A/B/index.html`: what is in a folder or source. */
  | { readonly kind: "page"; readonly id: string }
  /** `A/B.json`: the node of a folder or source. */
  | { readonly kind: "node"; readonly id: string }
  /** `A/B/flex.json` and the like: a view of the source `A/B`, or its data. */
  | { readonly kind: "view"; readonly id: string; readonly view: SourceView }
  /** `A/B`: a folder or source without the `/` behind it. */
  | { readonly kind: "bare"; readonly id: string };

/** Views and data of a source by the last element of their path. Source: das2-server 7.1. */
export const VIEWS = [
  "flex.json",
  "flexRT.json",
  "das2.d2t",
  "dataset.jsonld",
  "flex",
  "live",
  "flexRT",
  "das2",
  "flex.html",
  "das1.pro",
  "hapi2.json",
  "voservice.xml",
  "internal.json",
] as const;

/** A view of a source. */
export type SourceView = (typeof VIEWS)[number];

function isView(name: string): name is SourceView {
  return (VIEWS as readonly string[]).includes(name);
}

/**
 * Takes a path below `/source/` apart, by whole elements: an id that merely ends in the letters of a view is an id.
 * Source: das2-server 7.1, 20.5 (74).
 */
export function sourcePath(path: string): SourcePath {
  const slash = path.lastIndexOf("/");
  const last = path.slice(slash + 1);
  const before = slash < 0 ? "" : path.slice(0, slash);
  if (last === "" || last === "index.html") return { kind: "page", id: before };
  if (isView(last) && before !== "") return { kind: "view", id: before, view: last };
  if (last === "index.json") return { kind: "node", id: before };
  if (last.endsWith(".json")) return { kind: "node", id: path.slice(0, -".json".length) };
  return { kind: "bare", id: path };
}
