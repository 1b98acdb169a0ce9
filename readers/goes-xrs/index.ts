import { BatchBuilder } from "../../stream/batch-builder.js";
import type { ItemSource, PacketHeader, StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane, yPlane } from "../../stream/packet-header.js";
import type { ProgramContext, ReaderProgram } from "../../stream/program.js";
import { calendar, type TimeRange, timeToUs2000 } from "../../stream/time.js";
import { LE_REAL4, LE_REAL8 } from "../../stream/value-type.js";
import { type DataFolder, namesInFolder, openDataFile, openDataFolder } from "../data-folder.js";
import { Pacer } from "../pacer.js";
import {
  boundedInteger,
  namedParams,
  type ReaderWords,
  requestedRange,
  splitReaderArguments,
} from "../reader-arguments.js";
import { FILL, fillProperty, noDataItem, property, streamItem } from "../stream-parts.js";
import { type DayFluxes, readDayFile } from "./day-file.js";

const NAME = "goes-xrs";
/** The samples of a file may begin or end this much outside its day: exposures straddle midnight. */
const EDGE_SECONDS = 60;

const HELP = `Usage: ${NAME} --data DIR [--satellite N] BEGIN END

Writes the solar X-ray fluxes of GOES satellite N in [BEGIN, END) as a das2 stream: xrsa (0.05 to 0.4 nm) and xrsb (0.1 to
0.8 nm) in W m**-2, one packet a sample.

  --data DIR         folder with goNNyyyymmdd.fits, one FITS file a day
  --satellite N      number of the satellite (default 15)
  -h, --help         print this
  -v, --version      print the version

Exit status: 0 done, also where there are no data, 13 arguments, 1 no such folder, 22 a file that cannot be read.
`;

/** Reads the daily FITS tables of the GOES X-ray sensors. */
export const goesXrs: ReaderProgram = {
  kind: "reader",
  name: NAME,
  help: HELP,
  open(args, context) {
    const words = splitReaderArguments(args, { data: "value", satellite: "value" });
    const satellite = boundedInteger("--satellite", words.options.get("satellite") ?? "15", 1, 99, "USAGE");
    return readDays(words, satellite, context);
  },
};

async function* readDays(words: ReaderWords, satellite: number, context: ProgramContext): ItemSource {
  const range = requestedRange(words);
  namedParams(words.params, []);
  const title = `GOES ${satellite} solar X-ray flux`;
  const folder = await openDataFolder(words.options.get("data"), "GOES X-ray fluxes");
  const header = fluxHeader();
  yield [
    streamItem(
      {
        sourceId: NAME,
        title,
        summary: "X-ray sensor (XRS) of the GOES satellites, daily files of the Solar Data Analysis Center",
        // Samples come each 2.05 s; range changes and calibrations leave holes of 12 s and more.
        tagWidthSeconds: 5,
        more: [property("yLabel", "X-ray flux (W m!u-2!n)"), property("yScaleType", "log")],
      },
      range,
    ),
    { kind: "packet", header },
  ];
  const pacer = new Pacer(context);
  const packets = new FluxPackets(header, range);
  let any = false;
  for (const name of await daysInRange(folder, satellite, range)) {
    await pacer.turn();
    for (const item of packets.items(await readDay(folder, name))) {
      any = true;
      yield [item];
      await pacer.turn();
    }
  }
  if (!any) yield [noDataItem(title, range)];
}

function fluxHeader(): PacketHeader {
  const plane = (name: string, band: string) =>
    yPlane({
      name,
      type: LE_REAL4,
      units: "W m**-2",
      properties: [
        property("yLabel", `${band} (W m!u-2!n)`),
        property("yScaleType", "log"),
        // The classes A to X10 of flares.
        property("yRange", "1e-9 to 1e-3 W m**-2", "DatumRange"),
        fillProperty("yFill"),
      ],
    });
  return packetHeader({
    id: 1,
    planes: [
      xPlane({ name: "time", type: LE_REAL8, units: "us2000" }),
      plane("xrsa", "XRS-A 0.05-0.4 nm"),
      plane("xrsb", "XRS-B 0.1-0.8 nm"),
    ],
  });
}

/** Names of the daily files that may hold samples of the range, in order of time. */
async function daysInRange(folder: DataFolder, satellite: number, range: TimeRange): Promise<string[]> {
  const first = dayName(range.begin.day + (range.begin.ns < EDGE_SECONDS * 1e9 ? -1 : 0));
  const last = dayName(range.end.day + (range.end.ns > (86_400 - EDGE_SECONDS) * 1e9 ? 1 : 0));
  const prefix = `go${String(satellite).padStart(2, "0")}`;
  const names = await namesInFolder(folder, /^go\d{10}\.fits$/);
  return names.filter(
    (name) => name.startsWith(prefix) && name.slice(4, 12) >= first && name.slice(4, 12) <= last,
  );
}

function dayName(day: number): string {
  const date = calendar({ day, ns: 0 });
  return [
    [date.year, 4],
    [date.month, 2],
    [date.day, 2],
  ]
    .map(([n, width]) => String(n).padStart(width!, "0"))
    .join("");
}

async function readDay(folder: DataFolder, name: string): Promise<DayFluxes> {
  const file = await openDataFile(folder, name);
  try {
    return await readDayFile(file);
  } finally {
    await file.close();
  }
}

/** Turns days into batches of packets: samples of the range only, each later than the one before it. */
class FluxPackets {
  readonly #builder: BatchBuilder;
  readonly #beginUs: number;
  readonly #endUs: number;
  #lastUs = Number.NEGATIVE_INFINITY;

  constructor(header: PacketHeader, range: TimeRange) {
    this.#builder = new BatchBuilder(header);
    this.#beginUs = timeToUs2000(range.begin);
    this.#endUs = timeToUs2000(range.end);
  }

  *items(day: DayFluxes): Generator<StreamItem> {
    for (let i = 0; i < day.us2000.length; i++) {
      const us = day.us2000[i]!;
      // Files of neighbouring days repeat the sample at midnight; NaN compares false.
      if (!(us >= this.#beginUs && us < this.#endUs && us > this.#lastUs)) continue;
      this.#lastUs = us;
      const at = this.#builder.next();
      const view = this.#builder.view;
      view.setFloat64(at + 4, us, true);
      view.setFloat32(at + 12, fluxOrFill(day.short[i]!), true);
      view.setFloat32(at + 16, fluxOrFill(day.long[i]!), true);
      if (this.#builder.full) yield* this.#take();
    }
    yield* this.#take();
  }

  *#take(): Generator<StreamItem> {
    const batch = this.#builder.take();
    if (batch !== undefined) yield { kind: "data", batch };
  }
}

function fluxOrFill(flux: number): number {
  return Number.isNaN(flux) ? FILL : flux;
}
