import { html, type Markup } from "../pages/html.js";
import type { CheckState } from "./finding.js";

/** How a state is shown: a sign and a word, never colour alone. */
const LOOKS: Readonly<Record<CheckState, readonly [sign: string, word: string]>> = {
  good: ["✓", "good"],
  worried: ["!", "look at it"],
  bad: ["✕", "broken"],
  unknown: ["?", "not known"],
  off: ["–", "not used"],
};

/** A state with its sign, in a column of them. */
export function stateBadge(state: CheckState): Markup {
  const [sign, word] = LOOKS[state];
  return html`<span class="state ${state}"><span class="sign" aria-hidden="true">${sign}</span> ${word}</span>`;
}
