import type { ItemSource } from "../../stream/model.js";
import type { ProgramContext, ReaderProgram } from "../../stream/program.js";
import { Pacer } from "../pacer.js";
import { type ReaderWords, requestedRange } from "../reader-arguments.js";
import { noDataItem, streamItem, warningItem } from "../stream-parts.js";
import { allowedHosts } from "./allowed-hosts.js";
import { binaryRecords } from "./binary-records.js";
import { csvRecords } from "./csv-records.js";
import { hapiDocument } from "./documents.js";
import { HttpClient } from "./http-client.js";
import { type HapiInfo, parseInfo } from "./info.js";
import { type HapiOptions, HELP, hapiOptions, NAME } from "./options.js";
import { noPlane, planPackets } from "./packet-plan.js";
import { Patience, SURROUNDINGS, type Surroundings } from "./patience.js";
import { recordLayout } from "./record-layout.js";
import { RecordPackets } from "./record-packets.js";
import { RecordStream } from "./record-stream.js";
import { endpoint, serverDialect } from "./server-words.js";
import { TimeWindows } from "./time-windows.js";
import { wantedParameters } from "./wanted-parameters.js";

/** Reads data sets of HAPI servers. */
export const hapiReader: ReaderProgram = hapiReaderIn(SURROUNDINGS);

/** The same with other clocks and chance. */
export function hapiReaderIn(around: Surroundings): ReaderProgram {
  return {
    kind: "reader",
    name: NAME,
    help: HELP,
    open(args, context) {
      const { words, options } = hapiOptions(args);
      return readDataSet(words, options, context, around);
    },
  };
}

async function* readDataSet(
  words: ReaderWords,
  options: HapiOptions,
  context: ProgramContext,
  around: Surroundings,
): ItemSource {
  const range = requestedRange(words);
  const { server, dataset } = options;
  const { signal } = context;
  const hosts = allowedHosts(context.env);
  const client = new HttpClient(hosts, options, signal, around.now);
  const patience = new Patience(options, around, server.host, context.log);
  const get = (url: URL, what: string) => hapiDocument(client, patience, url, what, signal);
  try {
    const dialect = serverDialect(
      await get(endpoint(server, "capabilities"), "capabilities"),
      options.format,
    );
    const id = { [dialect.dataset]: dataset };
    const info = parseInfo(await get(endpoint(server, "info", id), "description of the data set"));
    const { answered, names, leftOut } = wantedParameters(info.parameters, {
      offered: options.parameters,
      wanted: words.params,
      withTexts: options.texts,
    });
    const plan = planPackets(answered.slice(1), options.texts);
    const layout = recordLayout(answered);
    patience.progressed();
    yield [
      streamItem({ ...streamText(options, info), sourceId: NAME }, range),
      ...plan.packets.map(({ header }) => ({ kind: "packet", header }) as const),
      ...[...leftOut.map(noPlane), ...plan.warnings].map((text) => warningItem(NAME, text)),
    ];
    const records = new RecordStream(
      {
        client,
        patience,
        signal,
        reader: dialect.format === "binary" ? binaryRecords(layout) : csvRecords(layout),
        packets: new RecordPackets(plan),
        windows: new TimeWindows(range, info.longestRequestSeconds),
        url: (start, stop) =>
          endpoint(server, "data", {
            ...id,
            [dialect.start]: start,
            [dialect.stop]: stop,
            ...(names === undefined ? {} : { parameters: names }),
            format: dialect.format,
          }),
        // Of numbers in binary hardly anything can be saved.
        compressed: dialect.format === "csv",
        extent: {
          ...(info.start === undefined ? {} : { begin: info.start }),
          ...(info.stop === undefined ? {} : { end: info.stop }),
        },
        pacer: new Pacer(context),
      },
      range,
    );
    yield* records.items();
    if (records.misplaced > 0)
      yield [warningItem(NAME, `${records.misplaced} records stood before an earlier one and are left out`)];
    if (!records.any) yield [noDataItem(options.title, range)];
  } finally {
    await client.close();
  }
}

function streamText({ title }: HapiOptions, { description, cadenceSeconds }: HapiInfo) {
  return {
    title,
    ...(description === "" ? {} : { summary: description }),
    ...(cadenceSeconds === undefined ? {} : { tagWidthSeconds: 1.5 * cadenceSeconds }),
  };
}
