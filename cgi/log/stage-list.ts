import { durationText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import type { RequestRecord, StageRecord } from "./record.js";

/** Width of a bar, in units of its drawing: that of the whole request. */
const WIDTH = 1000;
/** The shortest bar that is seen. */
const MIN_WIDTH = 4;

function stageEnd(stage: StageRecord): { readonly text: string; readonly good: boolean } {
  if (stage.signal !== undefined) return { text: `ended by ${stage.signal}`, good: false };
  if (stage.status === undefined) return { text: "not finished", good: false };
  return { text: `status ${stage.status}`, good: stage.status === 0 };
}

/** An argument as it would be typed: one with blanks or signs of a shell in quotes, so that it is seen where it ends. */
function typed(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** When a stage ran within the time of the whole request, drawn and in words; `undefined` where that is not known. */
function timing({ beginMs, endMs, role }: StageRecord, wholeMs: number): Markup | undefined {
  if (beginMs === undefined || endMs === undefined || !(endMs >= beginMs)) return undefined;
  const whole = Math.max(wholeMs, endMs, 1e-3);
  const at = (ms: number) => Math.max(0, Math.min(WIDTH, (ms / whole) * WIDTH));
  const x = Math.min(WIDTH - MIN_WIDTH, at(beginMs));
  const width = Math.max(MIN_WIDTH, at(endMs) - x);
  const text = `${durationText(endMs - beginMs)}, from ${durationText(Math.max(0, beginMs))} on`;
  return html` <span class="time">${text}</span>
<svg class="bar" viewBox="0 0 ${WIDTH} 6" preserveAspectRatio="none" role="img" aria-label="${role}: ${text}"><rect class="track" width="${WIDTH}" height="6"/><rect class="span" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="6"/></svg>`;
}

function stageItem(stage: StageRecord, wholeMs: number, hidesCommands: boolean): Markup {
  const end = stageEnd(stage);
  return html`<li class="${end.good ? "good" : "bad"}"><span class="role">${stage.role}</span>
<span class="end">${end.good ? "✓" : "✕"} ${end.text}</span>${stage.builtIn ? html` <span class="tag">in the server</span>` : undefined}${timing(stage, wholeMs)}
${hidesCommands ? undefined : html`<code>${stage.argv.map(typed).join(" ")}</code>`}</li>`;
}

/** The programs of a request in the order of the pipe: how each ended, when it ran, and its command line unless that is hidden. */
export function stageList({ stages, durationMs }: RequestRecord, hidesCommands: boolean): Markup | undefined {
  if (stages.length === 0) return undefined;
  return html`<h4>Pipeline</h4>
<ol class="stages">${stages.map((stage) => stageItem(stage, durationMs, hidesCommands))}</ol>${hidesCommands ? html`\n<p class="count">Command lines are for addresses in VIEW_COMMANDS_ALLOW.</p>` : undefined}`;
}
