import { type ChildProcess, spawn } from "node:child_process";

/** Room on the file system of a partition, as its users see it: used and free are the whole. */
export interface PartitionSpace {
  readonly usedBytes: number;
  readonly freeBytes: number;
}

/** Asks how much room there is; `undefined` where the file system does not answer in time or is not there. */
export type AskSpace = (partition: string) => Promise<PartitionSpace | undefined>;

/** A network file system may hang for as long as its server is away. Source: netdrms 3.6. */
const ANSWER_LIMIT_MS = 2000;
/** What `df` writes for one file system is less. */
const MAX_OUTPUT = 65_536;

/** How {@link spaceAsker} asks. */
export interface SpaceOptions {
  /** How long an answer is good, for units are often made in quick succession; missing: a second. */
  readonly keepMs?: number;
  /** Longest wait for an answer; missing: 2 s. */
  readonly answerLimitMs?: number;
  /** What is run in the place of `df`, with its arguments. */
  readonly program?: string;
}

/**
 * Asks the file system by way of `df`, a process of its own: the call may hang where no signal ends it, and four of those would
 * stop everything that Node does with files. While one hangs, its partition is not asked again.
 */
export function spaceAsker({
  keepMs = 1000,
  answerLimitMs = ANSWER_LIMIT_MS,
  program = "df",
}: SpaceOptions = {}): AskSpace {
  const answers = new Map<string, { readonly at: number; readonly space: PartitionSpace | undefined }>();
  const running = new Map<string, ChildProcess>();
  return async (partition) => {
    const known = answers.get(partition);
    if (known !== undefined && performance.now() - known.at < keepMs) return known.space;
    if (running.has(partition)) return undefined;
    const child = spawn(program, ["-P", "-k", "--", partition], {
      cwd: "/",
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    running.set(partition, child);
    const over = (): boolean => running.delete(partition);
    child.on("close", over).on("error", over);
    const space = parseDf(await answerOf(child, answerLimitMs));
    answers.set(partition, { at: performance.now(), space });
    return space;
  };
}

/** What the process writes; empty where it fails or takes too long, and then it keeps nobody from ending. */
function answerOf(child: ChildProcess, limitMs: number): Promise<string> {
  return new Promise((resolve) => {
    let output = "";
    const finish = (answer: string): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      child.stdout?.destroy();
      child.unref();
      finish("");
    }, limitMs);
    child.stdout?.setEncoding("latin1").on("data", (text: string) => {
      if (output.length < MAX_OUTPUT) output += text;
    });
    child.on("error", () => finish(""));
    child.on("close", (status) => finish(status === 0 ? output : ""));
  });
}

/** Second line of `df -P -k`: file system, 1024-blocks, used, available, capacity, mounted on; POSIX. Names may hold blanks. */
function parseDf(output: string): PartitionSpace | undefined {
  const [, used, free] = /^.*\s\d+\s+(\d+)\s+(-?\d+)\s+(?:\d+%|-)\s/.exec(output.split("\n")[1] ?? "") ?? [];
  if (used === undefined || free === undefined) return undefined;
  return { usedBytes: Number(used) * 1024, freeBytes: Math.max(0, Number(free)) * 1024 };
}

/** The part of the room that is in use, 0 to 1. */
export function usedPart({ usedBytes, freeBytes }: PartitionSpace): number {
  const whole = usedBytes + freeBytes;
  return whole === 0 ? 1 : usedBytes / whole;
}
