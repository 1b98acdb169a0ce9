import { DasError } from "../../errors/das-error.js";
import type { ItemSource, StreamItem } from "../../stream/model.js";
import type { ProgramContext, ReaderProgram } from "../../stream/program.js";
import { parseTime, type TimeRange, timeToUs2000 } from "../../stream/time.js";
import {
  type DataFolder,
  namesInFolder,
  openDataFile,
  openDataFolder,
  readSmallText,
} from "../data-folder.js";
import { Pacer } from "../pacer.js";
import { MAX_LABEL_BYTES } from "../pds3/odl.js";
import { namedParams, type ReaderWords, requestedRange, splitReaderArguments } from "../reader-arguments.js";
import { noDataItem, property, streamItem } from "../stream-parts.js";
import { frameLines, readFrameStart } from "./frame.js";
import { type FrameLayout, readFrameLayout } from "./frame-layout.js";
import { WaveformPackets, waveformHeader } from "./waveform-packets.js";

const NAME = "voyager-pws";
const TITLE = "Voyager PWS wideband frames";
/** The label that describes every frame of a folder. */
const LABEL_FILE = "PDSFORMAT.LBL";
/** Frames with a time label that is further than this from their name are refused. */
const NAME_TOLERANCE_US = 60_000;

const HELP = `Usage: ${NAME} --data DIR [--spacecraft 1|2] [--raw] BEGIN END [raw]

Writes the waveforms of Voyager 1 or 2 Plasma Wave System wideband frames that begin in [BEGIN, END) as a das2 stream:
one packet a line, 1600 samples at 28800 samples a second, a line each 60 ms.

  --data DIR         folder with VGn_YYYY-MM-DD_hh-mm-ss-mmm.DAT, ${LABEL_FILE} and the structure files it names
  --spacecraft 1|2   which spacecraft (default 1)
  --raw, raw         stored values 0 to 15 instead of values about zero
  -h, --help         print this
  -v, --version      print the version

Exit status: 0 done, also where there are no data, 13 arguments, 1 no such folder, 22 a file that cannot be read.
`;

/** Reads Voyager PWS wideband frames; the layout of every byte comes from the PDS label beside them. */
export const voyagerPws: ReaderProgram = {
  kind: "reader",
  name: NAME,
  help: HELP,
  open(args, context) {
    const words = splitReaderArguments(args, { data: "value", spacecraft: "value", raw: "flag" });
    const spacecraft = words.options.get("spacecraft") ?? "1";
    if (spacecraft !== "1" && spacecraft !== "2")
      throw new DasError("USAGE", `--spacecraft ${spacecraft.slice(0, 20)}, expected 1 or 2`);
    return readFrames(words, spacecraft === "1" ? 1 : 2, context);
  },
};

async function* readFrames(words: ReaderWords, spacecraft: 1 | 2, context: ProgramContext): ItemSource {
  const range = requestedRange(words);
  const raw = words.options.has("raw") || namedParams(words.params, ["raw"]).has("raw");
  const title = `Voyager ${spacecraft} PWS wideband waveform`;
  const folder = await openDataFolder(words.options.get("data"), TITLE);
  const layout = await readFrameLayout(await readSmallText(folder, LABEL_FILE, MAX_LABEL_BYTES), (name) =>
    readSmallText(folder, name, MAX_LABEL_BYTES),
  );
  const header = waveformHeader(layout, raw);
  yield [
    streamItem(
      {
        sourceId: NAME,
        title,
        summary:
          "Plasma Wave System wideband receiver, 4-bit samples without calibration, spacecraft event time",
        renderer: "waveform",
        // Lines are 60 ms apart; half as much more keeps neighbours together and shows a lost line.
        tagWidthSeconds: 1.5 * layout.lineSeconds,
        more: [property("yLabel", raw ? "Stored 4-bit value" : "Amplitude (uncalibrated)")],
      },
      range,
    ),
    { kind: "packet", header },
  ];
  const pacer = new Pacer(context);
  const packets = new WaveformPackets(header, layout, raw);
  let any = false;
  for (const frame of await framesInRange(folder, spacecraft, layout, range)) {
    for await (const items of frameItems(folder, frame, spacecraft, layout, range, packets, pacer, context)) {
      any = true;
      yield items;
    }
  }
  if (!any) yield [noDataItem(title, range)];
}

interface FrameName {
  readonly file: string;
  /** us2000 of the time in the name. */
  readonly us2000: number;
}

/** Files of the spacecraft, by their names, that may have a line in the range, in order of time. */
async function framesInRange(
  folder: DataFolder,
  spacecraft: 1 | 2,
  layout: FrameLayout,
  range: TimeRange,
): Promise<FrameName[]> {
  const pattern = /^VG[12]_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d-\d{3}\.DAT$/;
  const spanUs = layout.lines * layout.lineSeconds * 1e6 + NAME_TOLERANCE_US;
  const [begin, end] = [timeToUs2000(range.begin), timeToUs2000(range.end)];
  return (await namesInFolder(folder, pattern))
    .filter((file) => file.startsWith(`VG${spacecraft}_`))
    .map((file) => ({ file, us2000: timeToUs2000(parseTime(timeInName(file))) }))
    .filter(({ us2000 }) => us2000 - NAME_TOLERANCE_US < end && us2000 + spanUs > begin);
}

/** `VG1_1979-03-01_12-26-11-956.DAT` says 1979-03-01T12:26:11.956. */
function timeInName(file: string): string {
  return `${file.slice(4, 14)}T${file.slice(15, 23).replaceAll("-", ":")}.${file.slice(24, 27)}`;
}

async function* frameItems(
  folder: DataFolder,
  name: FrameName,
  spacecraft: 1 | 2,
  layout: FrameLayout,
  range: TimeRange,
  packets: WaveformPackets,
  pacer: Pacer,
  context: ProgramContext,
): AsyncGenerator<readonly StreamItem[]> {
  // Frames of which nothing is wanted take their turn as well.
  await pacer.turn();
  const file = await openDataFile(folder, name.file);
  try {
    const start = await readFrameStart(file, layout);
    const saysUs = timeToUs2000(start.time);
    if (start.spacecraft !== spacecraft || Math.abs(saysUs - name.us2000) > NAME_TOLERANCE_US)
      throw new DasError(
        "BAD_FILE",
        `frame ${name.file} is labelled as another one of Voyager ${start.spacecraft}`,
      );
    const us = { beginUs: timeToUs2000(range.begin), endUs: timeToUs2000(range.end) };
    for await (const lines of frameLines(file, start, layout, us, context.log)) {
      await pacer.turn();
      for (const line of lines) {
        const full = packets.add(line);
        if (full !== undefined) yield [full];
      }
    }
    const rest = packets.take();
    if (rest !== undefined) yield [rest];
  } finally {
    await file.close();
  }
}
