import { asDasError } from "../../errors/das-error.js";
import { LogFiles } from "../session/session-log.js";

/** Where the output of a module goes: to the process, to the log of the session, or to both. */
export class ModuleOutput {
  readonly #print: (bytes: Uint8Array) => Promise<void>;
  readonly #log: (line: string) => void;
  #files: LogFiles | undefined;
  #isQuiet = false;

  /**
   * @param print standard output of the process
   * @param log standard error of the process
   */
  constructor(print: (bytes: Uint8Array) => Promise<void>, log: (line: string) => void) {
    this.#print = print;
    this.#log = log;
  }

  /**
   * Copies everything into files of a log from now on (`-L`).
   *
   * @param prefix of the names of the files
   * @param isQuiet whether the process itself prints nothing any more (`-Q`)
   * Source: netdrms 7.3.
   */
  copyTo(folder: string, prefix: string, isQuiet: boolean): void {
    this.#files = new LogFiles(folder, prefix);
    this.#isQuiet = isQuiet;
  }

  /** Writes to standard output; resolves when there is room for more. Errors: those of the process. */
  readonly print = async (content: string | Uint8Array): Promise<void> => {
    await this.#files?.write("stdout", content);
    if (!this.#isQuiet) await this.#print(typeof content === "string" ? Buffer.from(content) : content);
  };

  /** Takes one line for people. */
  readonly log = (line: string): void => {
    // Lines are few: nobody waits for them.
    void this.#files?.write("stderr", `${line}\n`);
    if (!this.#isQuiet) this.#log(line);
  };

  /** Ends the files of the log. What they could not take is told to the process; the module does not depend on its log. */
  async end(): Promise<void> {
    const files = this.#files;
    this.#files = undefined;
    this.#isQuiet = false;
    await files
      ?.end()
      .catch((error: unknown) => this.#log(asDasError(error, "the log of the session").message));
  }
}
