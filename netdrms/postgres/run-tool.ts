import { execFile } from "node:child_process";

/** A user of this host by number. */
export interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

/** How a program that is soon over ended. */
export interface ToolResult {
  /** Exit status; missing where it could not be started, or was ended by a signal or the time limit. */
  readonly status?: number;
  readonly output: string;
  /** What it wrote to standard error, or why it could not be started. For the log only. */
  readonly problem: string;
}

/** What a program of PostgreSQL may write, bytes; the most talkative (`initdb`) writes 2 kB. */
const MAX_OUTPUT_BYTES = 1 << 20;

/** The environment of everything that is started here: messages are read by this program, so they are untranslated. */
export const TOOL_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
};

/**
 * Runs a program to its end, without a shell and in the root folder, and as `user` where one is given (that takes root). It never
 * rejects: the result says how it went.
 */
export function runTool(
  file: string,
  args: readonly string[],
  options: { readonly user?: HostUser | undefined; readonly timeoutMs: number },
): Promise<ToolResult> {
  return new Promise((resolve) => {
    const settings = {
      ...options.user,
      cwd: "/",
      env: TOOL_ENVIRONMENT,
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
      maxBuffer: MAX_OUTPUT_BYTES,
    } as const;
    try {
      execFile(file, args, settings, (error, output, problem) => {
        if (error === null) resolve({ status: 0, output, problem });
        else if (typeof error.code === "number") resolve({ status: error.code, output, problem });
        else resolve({ output, problem: `${error.message}\n${problem}` });
      });
    } catch (error) {
      // Where the user may not be changed to, it is thrown.
      resolve({ output: "", problem: String(error) });
    }
  });
}
