import { dateOrTime } from "../../dsdf/flex/source-interface.js";
import { MAP_NAMES } from "../../plot/quick-look/palettes.js";
import { STRETCHES } from "../../plot/quick-look/stretch.js";
import { html, type Markup } from "../pages/html.js";
import type { ImagesView } from "./gather-images.js";
import type { LinkBase } from "./image-links.js";

/** The form that chooses range, channel and look; it works without scripts. */
export function lookForm({ mount, source, range, channel, lookTexts }: LinkBase, view: ImagesView): Markup {
  const channels = offeredChannels(view.channels, channel);
  const { scale, map, north, per, range: values } = lookTexts;
  const shown = view.chosen?.how.look.range?.join(",");
  return html`<form class="filter" action="${mount}/images" method="get">
<input type="hidden" name="source" value="${source.id}">
<label class="instant">Begin (UTC) <input name="begin" value="${dateOrTime(range.begin)}" size="19" required spellcheck="false"></label>
<label class="instant">End (UTC) <input name="end" value="${dateOrTime(range.end)}" size="19" required spellcheck="false"></label>
${channels.length < 2 ? undefined : html`<label>${channelLabel(view)} <select name="channel">${channels.map((one) => option(one, channel, one))}</select></label>\n`}<label>Scale <select name="scale">${option("", scale, "usual")}${STRETCHES.map((one) => option(one, scale, one))}</select></label>
<label>Colours <select name="map">${option("", map, "usual")}${MAP_NAMES.map((one) => option(one, map, one))}</select></label>
<label>Values <input name="range" value="${values}" placeholder="${shown ?? "low,high"}" size="14" spellcheck="false"></label>
<label>North <select name="north">${option("", north, "as stored")}${option("up", north, "up")}</select></label>
${per === undefined ? undefined : html`<input type="hidden" name="per" value="${per}">\n`}<button class="main">Show</button>
</form>
`;
}

/** The channels to choose from; the chosen one is among them also where the range has no image of it, so that it is not lost. */
function offeredChannels(channels: readonly string[], chosen: string | undefined): readonly string[] {
  return chosen === undefined || channels.includes(chosen) ? channels : [chosen, ...channels];
}

/** What the values of a channel are called: the prime keys that are no time. */
function channelLabel({ chosen }: ImagesView): string {
  const keys = chosen?.found.series.primeKeys.filter(({ external }) => external.type !== "time") ?? [];
  return keys.length === 0 ? "Channel" : keys.map(({ external }) => external.name).join(", ");
}

function option(value: string, chosen: string | undefined, text: string): Markup {
  return html`<option value="${value}"${value === (chosen ?? "") ? html` selected` : undefined}>${text}</option>`;
}
