import { describeProblem } from "../../config/problem.js";
import { isDasError } from "../../errors/das-error.js";
import { SAMPLE_READER } from "../../netdrms/sample/archive/make-archive.js";
import { chooseSampleFolder } from "../../netdrms/sample/archive/sample-folder.js";
import { SampleProgressLine } from "./sample-progress.js";

/** The sample archive for those who read it. */
export interface SampleForReaders {
  /** Address for `DRMS_URL`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What became of the wish for a sample archive. */
export type SampleStart =
  | { readonly kind: "open"; readonly archive: SampleForReaders }
  | { readonly kind: "missing"; readonly reason: string }
  /** The process was told to end meanwhile; nothing is left running. */
  | { readonly kind: "stopped" };

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Opens the sample archive, which may take some seconds the first time, and tells so on standard output. Without PostgreSQL, or where
 * there is no place for it, there is none.
 * Errors: none of those; INTERNAL, and what no code expects.
 */
export async function openSample(): Promise<SampleStart> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const signal of SIGNALS) process.on(signal, stop);
  const line = new SampleProgressLine(process.stdout);
  try {
    const { openSampleArchive } = await import("../../netdrms/sample/archive/kept-archive.js");
    const archive = await openSampleArchive({
      folder: await chooseSampleFolder(process.env),
      signal: controller.signal,
      progress: (progress) => line.tell(progress),
      waiting: () => console.log("sample archive: another start makes it, waiting"),
      log: (text) => console.error(`heliostream: ${text}`),
    });
    if (controller.signal.aborted) {
      await archive.stop();
      return { kind: "stopped" };
    }
    line.end(archive.wasMade ? "made, and kept for the next start" : "there");
    return { kind: "open", archive: { url: archive.url(SAMPLE_READER), stop: () => archive.stop() } };
  } catch (error) {
    if (controller.signal.aborted) return { kind: "stopped" };
    if (!isDasError(error) || error.code === "INTERNAL") throw error;
    return { kind: "missing", reason: describeProblem(error) };
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}
