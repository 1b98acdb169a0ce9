import type { ChosenSource } from "../../plot/page-state.js";

/** What the server says of a source; see `cgi/plot/plot-source`. */
export interface SourceFacts {
  readonly id: string;
  readonly about: string;
  readonly access: "das2" | "path" | "files" | "other";
  readonly needsInterval: boolean;
  readonly asksForLogin: boolean;
  readonly valid?: { readonly begin: string; readonly end: string };
  readonly examples: readonly { readonly begin: string; readonly end: string }[];
}

/** What the server puts on the page for the script. */
export interface PageFacts {
  /** Path of the server; empty at the root. */
  readonly mount: string;
  readonly begin: string;
  readonly end: string;
  readonly chosen: readonly ChosenSource[];
  readonly sources: readonly SourceFacts[];
}

/** The facts of a page, from the text that its own server wrote. */
export function pageFacts(text: string): PageFacts {
  // The form is that of the server that the script came from.
  return JSON.parse(text) as PageFacts;
}

/** Asks the server for what it knows of sources. Throws an Error with what the server says where there is none. */
export async function askFacts(mount: string, ids: readonly string[]): Promise<readonly SourceFacts[]> {
  const query = ids.map((id) => `source=${encodeURIComponent(id)}`).join("&");
  const response = await fetch(`${mount}/plot.json?${query}`);
  const answer = (await response.json()) as {
    readonly sources?: readonly SourceFacts[];
    readonly error?: { readonly message?: string };
  };
  if (answer.sources === undefined) throw new Error(answer.error?.message ?? "The server did not answer");
  return answer.sources;
}
