import { MAP_NAMES, MOST_SOURCES } from "../../plot/page-state.js";
import { type ApiFacts, queryText } from "./facts.js";
import type { ApiOperation, ApiParameter } from "./operation.js";

const SOURCE: ApiParameter = {
  name: "source",
  about: `Id of a source; up to ${MOST_SOURCES} of them, the word repeated`,
};

const WORDS: readonly ApiParameter[] = [
  SOURCE,
  { name: "begin", about: "Begin, UTC; missing: that of the first example" },
  { name: "end", about: "End, UTC, excluded" },
  { name: "params", about: "Parameters of the reader of the first source; params.2 of the second" },
  {
    name: "interval",
    about: "Seconds between computed points, of the first source; interval.2 of the second",
  },
  { name: "hide", about: "Names of quantities of the first source that are not drawn; hide.2 of the second" },
  { name: "map", values: MAP_NAMES, default: "even", about: "Colours of spectrograms" },
  { name: "band", values: ["1"], about: "Least and greatest value of each bin" },
  { name: "y.1.1", about: "Axis of panel 1 of source 1: SCALE,LOW,HIGH" },
  { name: "z.1.1", about: "Colours of panel 1 of source 1: SCALE,LOW,HIGH" },
];

/** The page of plots, and what it asks the server besides data. */
export function plotOperations({ example }: ApiFacts): readonly ApiOperation[] {
  const common = { tag: "operation", errors: "das2", statuses: [400, 404] } as const;
  const examples =
    example === undefined
      ? []
      : [
          queryText({ source: example.id, begin: example.begin, end: example.end }),
          queryText({ source: example.id }),
        ];
  return [
    {
      ...common,
      path: "/plot",
      summary: "Plots of sources, as a page",
      parameters: WORDS,
      types: ["text/html"],
      examples,
    },
    {
      ...common,
      path: "/plot.json",
      summary: "What the page of plots has to know of sources",
      parameters: [SOURCE],
      types: ["application/json"],
      examples: examples.slice(1),
    },
  ];
}
