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
  /** Address of the request log, where it is open to the reader. */
  readonly log?: string;
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

/** Why the server tells nothing of sources. */
export class NoFacts extends Error {
  readonly request?: string;

  /** @param request its name in the log of the server, where an answer came */
  constructor(message: string, request?: string) {
    super(message);
    if (request !== undefined) this.request = request;
  }
}

/** Asks the server for what it knows of sources, in their order. Throws NoFacts with what the server says where there is none. */
export async function askFacts(mount: string, ids: readonly string[]): Promise<readonly SourceFacts[]> {
  const query = ids.map((id) => `source=${encodeURIComponent(id)}`).join("&");
  let response: Response;
  try {
    response = await fetch(`${mount}/plot.json?${query}`);
  } catch {
    throw new NoFacts("The server does not answer");
  }
  const request = response.headers.get("X-Request-Id") ?? undefined;
  const answer = await (
    response.json() as Promise<{
      readonly sources?: readonly SourceFacts[];
      readonly error?: { readonly message?: string };
    }>
  ).catch(() => undefined);
  if (answer?.sources === undefined)
    throw new NoFacts(answer?.error?.message ?? `The server answered ${response.status}`, request);
  return answer.sources;
}
