import { shortTime } from "../../stream/short-time.js";
import { bytesText, countText, durationText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import type { CacheRecord, RequestOutcome, RequestRecord } from "./record.js";
import { stageList } from "./stage-list.js";

/** How an outcome is shown: never by colour alone. */
export const OUTCOME_LOOK: Readonly<
  Record<RequestOutcome, { readonly sign: string; readonly name: string; readonly style: string }>
> = {
  complete: { sign: "✓", name: "complete", style: "complete" },
  "no data": { sign: "○", name: "no data", style: "empty" },
  refused: { sign: "⊘", name: "refused", style: "refused" },
  failed: { sign: "✕", name: "failed", style: "failed" },
  cancelled: { sign: "◧", name: "client left", style: "cancelled" },
};

/** Links that a story leads to. */
export interface StoryLinks {
  /** This page for one client, one source, one request. */
  client(address: string): string;
  source(id: string): string;
  request(id: string): string;
}

/** What a request was about, in a word: its source, else its query, else what was sent. */
function subject(record: RequestRecord): string {
  if (record.source !== undefined && record.source !== "") return record.source;
  return record.query === "" ? record.target : record.query;
}

function range(record: RequestRecord): string | undefined {
  if (record.begin === undefined && record.end === undefined) return undefined;
  return `${shortTime(record.begin ?? "")} to ${shortTime(record.end ?? "")}`;
}

function row(name: string, value: string | Markup | undefined): Markup | undefined {
  return value === undefined || value === "" ? undefined : html`<dt>${name}</dt><dd>${value}</dd>\n`;
}

function timing(record: RequestRecord): string {
  const total = durationText(record.durationMs);
  return record.firstByteMs === undefined
    ? `${total} in all`
    : `first byte after ${durationText(record.firstByteMs)}, ${total} in all`;
}

function cacheText(record: RequestRecord): string | undefined {
  const { cache } = record;
  if (cache === undefined) return undefined;
  const { result, blocks, gaps, bytesFromCache, bytesFromReaders, note } = cache;
  const level = levelText(cache);
  return [
    result,
    ...(level === undefined ? [] : [level]),
    ...(blocks === undefined ? [] : [countText(blocks, "block")]),
    ...(gaps === undefined ? [] : [countText(gaps, "gap")]),
    ...(bytesFromCache === undefined ? [] : [`${bytesText(bytesFromCache)} from the cache`]),
    ...(bytesFromReaders === undefined ? [] : [`${bytesText(bytesFromReaders)} from readers`]),
    ...(note === undefined ? [] : [note]),
  ].join(", ");
}

function levelText({ level, levelSeconds }: CacheRecord): string | undefined {
  if (level !== undefined) return `level ${level}`;
  if (levelSeconds === undefined) return undefined;
  return levelSeconds === 0 ? "full resolution" : `level ${levelSeconds} s`;
}

function circumstances(record: RequestRecord): Markup | undefined {
  const entries = Object.entries(record.where ?? {});
  if (entries.length === 0) return undefined;
  return html`<dl class="facts">${entries.map(
    ([name, value]) =>
      html`<dt>${name}</dt><dd><code>${typeof value === "string" ? value : (JSON.stringify(value) ?? "")}</code></dd>`,
  )}</dl>`;
}

function facts(record: RequestRecord, links: StoryLinks): Markup {
  const { source } = record;
  return html`<dl class="facts">
${row("Asked", html`<code>${record.method} ${record.target}</code>`)}${row(
  "Client",
  html`<a href="${links.client(record.client)}">${record.client}</a>${record.user === undefined ? undefined : html` as ${record.user}`}`,
)}${row("Program", record.userAgent)}${row("Host", record.host)}${row(
  "Source",
  source === undefined ? undefined : html`<a href="${links.source(source)}">${source}</a>`,
)}${row("Range", range(record))}${row(
  "Resolution",
  record.resolution === undefined ? undefined : `${record.resolution} s`,
)}${row("Interval", record.interval === undefined ? undefined : `${record.interval} s`)}${row(
  "Parameters",
  record.params?.join(" "),
)}${row("Sent", sent(record))}${row(
  "File name",
  record.fileName,
)}${row("Took", timing(record))}${row("Cache", cacheText(record))}${row(
  "Request id",
  html`<a href="${links.request(record.id)}"><code>${record.id}</code></a>, process ${record.pid}`,
)}</dl>`;
}

function sent({ status, bytes }: RequestRecord): string {
  return status === 0 ? "nothing" : `HTTP ${status}, ${bytesText(bytes)} (${countText(bytes, "byte")})`;
}

function reasonLine(record: RequestRecord): Markup | undefined {
  const { code, reason } = record;
  if (code === undefined && reason === undefined) return undefined;
  return html`<span class="reason">${code === undefined ? undefined : html`<b>${code}</b> `}${reason}</span>`;
}

/** How a story is shown. */
export interface StoryLook {
  readonly isOpen?: boolean;
  /** Without command lines and internals. */
  readonly hidesInternals?: boolean;
}

/** One request as a line that opens to its whole story. `record.time` is shown as its clock, UTC. */
export function story(
  record: RequestRecord,
  links: StoryLinks,
  { isOpen = false, hidesInternals = false }: StoryLook = {},
): Markup {
  const look = OUTCOME_LOOK[record.outcome];
  const about = range(record);
  const stderr = record.stderr ?? [];
  return html`<li class="story ${look.style}">
<details${isOpen ? html` open` : undefined}>
<summary class="line"><span class="outcome"><span class="sign" aria-hidden="true">${look.sign}</span> ${look.name}</span>
<time datetime="${record.time}">${record.time.slice(11, 19)}</time>
<span class="client" title="${record.client}">${record.client}</span>
<span class="about"><span class="subject">${subject(record)}</span>${about === undefined ? undefined : html` <span class="range">${about}${record.resolution === undefined ? undefined : html`, ${record.resolution} s`}</span>`}${reasonLine(record)}</span>
<span class="status">${record.status === 0 ? "–" : record.status}</span>
<span class="bytes">${bytesText(record.bytes)}</span>
<span class="took">${durationText(record.durationMs)}</span></summary>
<div class="whole">
${facts(record, links)}
${stageList(record, hidesInternals)}
${stderr.length === 0 ? undefined : html`<details class="stderr"><summary class="fold">Standard error, ${countText(stderr.length, "line")}</summary><pre tabindex="0">${stderr.join("\n")}</pre></details>`}
${hidesInternals || circumstances(record) === undefined ? undefined : html`<h4>For the operator</h4>\n${circumstances(record)}`}
</div>
</details>
</li>
`;
}
