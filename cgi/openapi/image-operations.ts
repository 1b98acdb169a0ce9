import { MAP_NAMES } from "../../plot/quick-look/palettes.js";
import { STRETCHES } from "../../plot/quick-look/stretch.js";
import { type ApiFacts, queryText } from "./facts.js";
import type { ApiOperation, ApiParameter } from "./operation.js";

const SOURCE: ApiParameter = { name: "source", about: "Id of a source of images" };
const CHANNEL: ApiParameter = {
  name: "channel",
  about: "Values of the prime keys that are no time, a comma between: 171; missing: the first",
};
const TIME: ApiParameter = { name: "time", about: "Time of the record, UTC, to the microsecond" };

const LOOK: readonly ApiParameter[] = [
  {
    name: "scale",
    values: STRETCHES,
    about: "How values are spread over the colours; missing: as usual for the unit",
  },
  { name: "map", values: MAP_NAMES, about: "Colours; missing: as usual for the unit" },
  { name: "range", about: "LOW,HIGH: values at the ends of the colours; missing: robust ones" },
  { name: "per", values: ["second", "image"], about: "Whether counts are those of a second of exposure" },
  { name: "north", values: ["up", "stored"], default: "stored", about: "Whether north is turned up" },
];

/** The page of images, and the pictures and headers that it shows. */
export function imageOperations({ example }: ApiFacts): readonly ApiOperation[] {
  const common = { tag: "operation", errors: "das2", login: true } as const;
  const statuses = [301, 302, 404, 501];
  const time = example === undefined ? undefined : { time: example.begin };
  return [
    {
      ...common,
      path: "/images",
      summary: "Series of images as a film strip with a player, as a page; without a source the list of them",
      parameters: [
        SOURCE,
        { name: "begin", about: "Begin, UTC; missing: that of the first example" },
        { name: "end", about: "End, UTC, excluded" },
        { ...TIME, about: "The image that is nearest to this time is shown large" },
        CHANNEL,
        ...LOOK,
      ],
      types: ["text/html"],
      statuses,
      examples: [""],
    },
    {
      ...common,
      path: "/images/header.json",
      summary: "The cards of the header that the exported file of a record has",
      parameters: [SOURCE, TIME, CHANNEL],
      types: ["application/json"],
      statuses,
      examples: example === undefined ? [] : [queryText({ source: example.id, ...time })],
    },
    {
      ...common,
      path: "/quicklook/{id}",
      summary: "A picture of the image of a record",
      parameters: [
        {
          name: "id",
          in: "path",
          about: "Id of a source of images",
          ...(example === undefined ? {} : { example: example.id }),
        },
        TIME,
        CHANNEL,
        { name: "size", type: "integer", default: "512", about: "Longest side, 16 to 2048 pixels" },
        { name: "recnum", about: "Version of the record that is meant: the picture may then be kept" },
        ...LOOK,
      ],
      types: ["image/png"],
      statuses,
      examples: example === undefined ? [] : [queryText({ ...time })],
    },
  ];
}
