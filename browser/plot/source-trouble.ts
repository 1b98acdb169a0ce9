import { button, node } from "./dom.js";
import type { LoadState } from "./loader.js";
import type { Trouble } from "./read-answer.js";

/** What can be done about trouble. */
export interface TroubleHost {
  /** Where the browser asks for a name and password. */
  readonly loginUrl: () => string;
  readonly retry: () => void;
  /** Address of the request log, where it is open to the reader of the page. */
  readonly log: string | undefined;
}

/** What is wrong with the data of a source, and what can be done; nothing where all is well. */
export function troubleNodes(state: LoadState, host: TroubleHost): readonly Node[] {
  const told = (...children: readonly (Node | string)[]) => [node("p", { class: "bad" }, ...children)];
  switch (state.kind) {
    case "idle":
    case "loading":
      return [];
    case "away":
      return told(
        `The server is not there (${state.message}). What is drawn stays; the page tries again by itself. `,
        button("Try now", host.retry),
        ...requestNodes(state, host.log),
      );
    case "login": {
      const is = { href: host.loginUrl(), target: "_blank", rel: "noopener" };
      return told(
        `${state.message}. `,
        node("a", { text: "Log in", is }),
        " in another tab, then ",
        button("try again", host.retry),
        ...requestNodes(state, host.log),
      );
    }
    case "refused":
      return told(`${state.message} `, button("Try again", host.retry), ...requestNodes(state, host.log));
    default:
      return state satisfies never;
  }
}

/** The name of the request, which leads to its story in the log where that may be seen. */
export function requestNodes({ request }: Partial<Trouble>, log: string | undefined): readonly Node[] {
  if (request === undefined) return [];
  const name = node("code", { text: request });
  const shown =
    log === undefined
      ? name
      : node("a", { is: { href: `${log}?${new URLSearchParams({ id: request })}` } }, name);
  return [
    node(
      "span",
      { class: "request" },
      " Request ",
      shown,
      log === undefined ? ": name it to who runs this server." : undefined,
    ),
  ];
}
