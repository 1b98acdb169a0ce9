import type { AxisChoice } from "../../plot/page-state.js";
import type { AxisRange } from "../../plot/ticks.js";
import { button, node } from "./dom.js";
import { typedText } from "./number-text.js";

/** One axis that can be set. */
export interface AxisField {
  /** What it is called: "Axis of v1", "Colours". */
  readonly title: string;
  readonly choice: () => AxisChoice;
  /** What is shown now. */
  readonly shown: () => AxisRange;
  readonly choose: (choice: AxisChoice) => void;
}

/** A fold with the scale and range of each axis of a panel; what is left empty suits the data. */
export function axisForm(fields: readonly AxisField[]): HTMLElement {
  const rows = fields.map(axisRow);
  const fold = node(
    "details",
    { class: "axes" },
    node("summary", { text: "Axes" }),
    ...rows.map(({ root }) => root),
  );
  fold.addEventListener("toggle", () => {
    for (const { fill } of rows) fill();
  });
  return fold;
}

/** What one axis is set by. */
interface AxisInputs {
  readonly scale: HTMLSelectElement;
  readonly low: HTMLInputElement;
  readonly high: HTMLInputElement;
}

function axisInputs(title: string): AxisInputs {
  const scale = node("select", { is: { "aria-label": `${title}: scale` } });
  for (const [value, text] of [
    ["", "suited"],
    ["linear", "linear"],
    ["log", "log"],
  ] as const)
    scale.append(node("option", { text, is: { value } }));
  const input = (word: string) =>
    node("input", {
      is: { "aria-label": `${title}: ${word}`, inputmode: "decimal", size: "9", autocomplete: "off" },
    });
  return { scale, low: input("from"), high: input("to") };
}

/** What inputs say; or why they cannot be followed. */
function readChoice({ scale, low, high }: AxisInputs, shown: AxisRange): AxisChoice | string {
  const word = scale.value === "log" || scale.value === "linear" ? scale.value : undefined;
  const choice: AxisChoice = word === undefined ? {} : { scale: word };
  if (low.value.trim() === "" && high.value.trim() === "") return choice;
  const from = numberOf(low.value, shown.low);
  const to = numberOf(high.value, shown.high);
  if (!(from < to)) return "Expected two numbers, the second above the first";
  if (word === "log" && from <= 0) return "Expected numbers above 0 for a logarithmic scale";
  return { ...choice, low: from, high: to };
}

function axisRow({ title, choice, shown, choose }: AxisField): { root: HTMLElement; fill: () => void } {
  const inputs = axisInputs(title);
  const { scale, low, high } = inputs;
  const wrong = node("span", { class: "bad", is: { role: "alert" } });
  const fill = () => {
    const now = choice();
    scale.value = now.scale ?? "";
    low.value = now.low === undefined ? "" : String(now.low);
    high.value = now.high === undefined ? "" : String(now.high);
    low.placeholder = typedText(Number(shown().low.toPrecision(4)));
    high.placeholder = typedText(Number(shown().high.toPrecision(4)));
    wrong.textContent = "";
  };
  const apply = () => {
    const read = readChoice(inputs, shown());
    wrong.textContent = typeof read === "string" ? read : "";
    if (typeof read !== "string") choose(read);
  };
  const reset = () => {
    choose({});
    fill();
  };
  const form = node(
    "form",
    { class: "axis", is: { "aria-label": title } },
    node("span", { class: "axis-title", text: title }),
    scale,
    low,
    high,
    node("button", { text: "Set" }),
    button("Reset", reset, { label: `Reset ${title}`, title: "As it suits the data" }),
    wrong,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  scale.addEventListener("change", apply);
  return { root: form, fill };
}

function numberOf(text: string, otherwise: number): number {
  const trimmed = text.trim().replaceAll("\u2212", "-");
  return trimmed === "" ? otherwise : Number(trimmed);
}
