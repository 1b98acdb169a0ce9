import { describeProblem } from "../config/problem.js";
import { DasError } from "../errors/das-error.js";
import { type CommandTemplate, parseCommand } from "./command.js";

/** The server's own programs of a pipeline; a missing one is not offered. Source: das2-server 17. */
export interface PipelineTools {
  readonly d2sReducer?: CommandTemplate;
  readonly qdsReducer?: CommandTemplate;
  readonly d2sToUtf8?: CommandTemplate;
  readonly qdsToUtf8?: CommandTemplate;
  readonly csv?: CommandTemplate;
  readonly das1ToDas2?: CommandTemplate;
  readonly das3?: CommandTemplate;
  readonly das3Document?: CommandTemplate;
  readonly das3ToDas2?: CommandTemplate;
  readonly psd?: CommandTemplate;
  readonly hapi?: CommandTemplate;
  readonly arrow?: CommandTemplate;
  readonly parquet?: CommandTemplate;
  readonly fits?: CommandTemplate;
  readonly png?: CommandTemplate;
}

/** Those that no configuration replaces, by the names of the programs that ship. */
const SHIPPED = {
  das3: parseCommand("das3_from_das2"),
  das3Document: parseCommand("das3_document"),
  das3ToDas2: parseCommand("das3_to_das2"),
  psd: parseCommand("das2_psd"),
  hapi: parseCommand("das2_hapi"),
  arrow: parseCommand("das2_arrow"),
  parquet: parseCommand("das2_parquet"),
  fits: parseCommand("das2_fits"),
  png: parseCommand("das2_png"),
} as const satisfies PipelineTools;

/** The settings that name them. */
export interface ToolSettings {
  readonly d2sReducer: string | undefined;
  readonly qdsReducer: string | undefined;
  readonly d2sToUtf8: string | undefined;
  readonly qdsToUtf8: string | undefined;
  readonly d2sCsvConverter: string | undefined;
  readonly das1ToDas2: string | undefined;
}

/** Parses the programs that a configuration names. Errors: BAD_CONFIG naming the key. */
export function pipelineTools(config: ToolSettings): PipelineTools {
  return {
    ...tool("d2sReducer", "D2S_REDUCER", config.d2sReducer),
    ...tool("qdsReducer", "QDS_REDUCER", config.qdsReducer),
    ...tool("d2sToUtf8", "D2S_TO_UTF8", config.d2sToUtf8),
    ...tool("qdsToUtf8", "QDS_TO_UTF8", config.qdsToUtf8),
    ...tool("csv", "D2S_CSV_CONVERTER", config.d2sCsvConverter),
    ...tool("das1ToDas2", "DAS1_TO_DAS2", config.das1ToDas2),
    ...SHIPPED,
  };
}

function tool<K extends keyof PipelineTools>(
  field: K,
  key: string,
  text: string | undefined,
): { readonly [F in K]?: CommandTemplate } {
  if (text === undefined || text.trim() === "") return {};
  try {
    return { [field]: parseCommand(text) } as { [F in K]: CommandTemplate }; // a computed key widens to string
  } catch (cause) {
    // What the command is stays inside: a client may be the one who is told.
    throw new DasError(
      "BAD_CONFIG",
      `a command of this server cannot be understood (${key})`,
      { keyword: key, what: describeProblem(cause) },
      cause,
    );
  }
}
