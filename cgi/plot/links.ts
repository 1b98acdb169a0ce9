import { type ChosenSource, type PlotState, stateQuery } from "../../plot/page-state.js";
import { queryWord } from "../../stream/url-text.js";

/** Words of a request for the data of one source over the range of a page, without `?`; more words stand behind. */
export function dataQuery(
  { id, params, interval }: ChosenSource,
  { begin = "", end = "" }: Pick<PlotState, "begin" | "end">,
  more: Readonly<Record<string, string>> = {},
): string {
  const words = {
    server: "dataset",
    dataset: id,
    start_time: begin,
    end_time: end,
    ...(params === undefined ? {} : { params }),
    ...(interval === undefined ? {} : { interval }),
    ...more,
  };
  return Object.entries(words)
    .map(([name, text]) => `${name}=${queryWord(text)}`)
    .join("&");
}

/** The address of a page below the mount. */
export function plotLink(mount: string, state: PlotState): string {
  return `${mount}/plot?${stateQuery(state)}`;
}
