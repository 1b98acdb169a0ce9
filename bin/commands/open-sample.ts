import { describeProblem } from "../../config/problem.js";
import { isDasError } from "../../errors/das-error.js";
import { type KeptArchiveOptions, openSampleArchive } from "../../netdrms/sample/archive/kept-archive.js";
import { SAMPLE_READER } from "../../netdrms/sample/archive/make-archive.js";
import { chooseSampleFolder } from "../../netdrms/sample/archive/sample-folder.js";
import { type ProgressOutput, SampleProgressLine } from "./sample-progress.js";

/** The sample archive for those who read it. */
export interface SampleForReaders {
  /** Address for `DRMS_URL`. */
  readonly url: string;
  /** Folder of its storage units. */
  readonly partition: string;
  stop(): Promise<void>;
}

/** What became of the wish for a sample archive. */
export type SampleStart =
  | { readonly kind: "open"; readonly archive: SampleForReaders }
  | { readonly kind: "missing"; readonly reason: string }
  /** The process was told to end meanwhile; nothing is left running. */
  | { readonly kind: "stopped" };

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What may be other than usual. */
export interface OpenSampleOptions extends Pick<KeptArchiveOptions, "plan" | "images"> {
  /** Missing: that of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Missing: standard output. */
  readonly output?: ProgressOutput;
}

/**
 * Opens the sample archive, which may take some seconds the first time, and tells so. Without PostgreSQL, or where there is no place
 * for it, there is none.
 * Errors: none of those; INTERNAL, and what no code expects.
 */
export async function openSample(options: OpenSampleOptions = {}): Promise<SampleStart> {
  const { env = process.env, output = process.stdout, ...wanted } = options;
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const signal of SIGNALS) process.on(signal, stop);
  const line = new SampleProgressLine(output);
  try {
    const archive = await openSampleArchive({
      ...wanted,
      folder: await chooseSampleFolder(env),
      signal: controller.signal,
      progress: (progress) => line.tell(progress),
      waiting: () => output.write("sample archive: another start makes it, waiting\n"),
      log: (text) => console.error(`heliostream: ${text}`),
    });
    if (controller.signal.aborted) {
      await archive.stop();
      return { kind: "stopped" };
    }
    line.end(archive.wasMade ? "made, and kept for the next start" : "there");
    const { partition } = archive;
    return {
      kind: "open",
      archive: { url: archive.url(SAMPLE_READER), partition, stop: () => archive.stop() },
    };
  } catch (error) {
    if (controller.signal.aborted) return { kind: "stopped" };
    if (!isDasError(error) || error.code === "INTERNAL") throw error;
    return { kind: "missing", reason: describeProblem(error) };
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}
