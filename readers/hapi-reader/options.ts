import { DasError } from "../../errors/das-error.js";
import { type ReaderWords, splitReaderArguments } from "../reader-arguments.js";
import type { HttpTimes } from "./http-client.js";
import type { PatienceLimits } from "./patience.js";

/** The name of the program. */
export const NAME = "hapi-reader";

/** Printed by `--help`. */
export const HELP = `Usage: ${NAME} --server URL --dataset ID [OPTION]... BEGIN END [PARAMETER]...

Writes the records in [BEGIN, END) of a data set of a HAPI server (version 2 or 3) as a das2 stream: single values and vectors as
planes of one packet, arrays as tables in packets of their own. PARAMETERs are those that are wanted, of those that are offered.

  --server URL           of the HAPI server, as https://HOST/PATH/hapi; HAPI_PEERS of the configuration must list its host
  --dataset ID           data set
  --parameters P1,P2     parameters that are offered (default all)
  --format csv|binary    form in which records are asked for (default binary where the server has it)
  --texts                texts of up to 23 bytes become planes too; by default, and if they are longer, they are left out
  --title TEXT           title of the stream (default the data set)
  --connect-timeout S    longest wait for a connection, seconds (default 10)
  --idle-timeout S       longest wait for the begin of an answer, and from one piece of it to the next (default 60)
  --attempts N           attempts one after the other that bring nothing new (default 6)
  --longest-wait S       longest wait that the server may ask for (default 60)
  -h, --help             print this
  -v, --version          print the version

Exit status: 0 done, also where there are no data, 13 arguments or a server that is not listed, 1 a server that does not answer
or not as agreed, 22 a record that is too long. Environment: HELIOSTREAM_HAPI_PEERS, HELIOSTREAM_HAPI_PEER_NETWORKS, as in the
configuration.
`;

/** What the administrator wants. */
export interface HapiOptions extends HttpTimes, PatienceLimits {
  readonly server: URL;
  readonly dataset: string;
  /** `undefined` for all. */
  readonly parameters: readonly string[] | undefined;
  readonly format: "csv" | "binary" | undefined;
  readonly texts: boolean;
  readonly title: string;
}

const FORMS = {
  server: "value",
  dataset: "value",
  parameters: "value",
  format: "value",
  texts: "flag",
  title: "value",
  "connect-timeout": "value",
  "idle-timeout": "value",
  attempts: "value",
  "longest-wait": "value",
} as const;

/** The arguments, checked. Errors: USAGE. */
export function hapiOptions(args: readonly string[]): {
  readonly words: ReaderWords;
  readonly options: HapiOptions;
} {
  const words = splitReaderArguments(args, FORMS);
  const given = (name: keyof typeof FORMS): string | undefined => words.options.get(name);
  const dataset = needed("dataset", given("dataset"));
  const format = given("format");
  if (format !== undefined && format !== "csv" && format !== "binary")
    throw usage(`--format ${format.slice(0, 20)}, expected csv or binary`);
  const parameters = given("parameters")
    ?.split(",")
    .map((name) => name.trim());
  if (parameters?.some((name) => name === "")) throw usage("--parameters has an empty name");
  const options: HapiOptions = {
    server: serverUrl(needed("server", given("server"))),
    dataset,
    parameters,
    format,
    texts: given("texts") !== undefined,
    title: given("title") ?? dataset,
    connectMs: 1000 * number("connect-timeout", given("connect-timeout") ?? "10", 0.001, 600),
    idleMs: 1000 * number("idle-timeout", given("idle-timeout") ?? "60", 0.001, 3600),
    attempts: Math.floor(number("attempts", given("attempts") ?? "6", 1, 100)),
    longestWaitMs: 1000 * number("longest-wait", given("longest-wait") ?? "60", 0, 3600),
  };
  return { words, options };
}

function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url !== undefined && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (!isPlain || !/^https?:$/.test(url.protocol))
    throw usage(
      `--server ${text.slice(0, 80)}, expected https://HOST/PATH/hapi or http://HOST:PORT/PATH/hapi`,
    );
  return url;
}

function needed(name: string, value = ""): string {
  if (value.trim() === "") throw usage(`--${name} is missing`);
  return value.trim();
}

function number(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw usage(`--${name} ${text.slice(0, 20)}, expected a number from ${least} to ${most}`);
  return value;
}

function usage(message: string): DasError {
  return new DasError("USAGE", message);
}
