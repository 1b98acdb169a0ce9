import { type BigIntStats, fstatSync, readSync } from "node:fs";

const STDIN = 0;
/** Size of one read of a file. */
const READ_BYTES = 1 << 20;

/** What is done with the input. */
export interface InputHandlers {
  /** Takes the next bytes, which are re-used when it returns; a promise makes the input wait. */
  readonly onBytes: (bytes: Uint8Array) => Promise<void> | undefined;
  /** Nothing more is there for now: whoever waits for the output should get what there is. */
  readonly onPause: () => void;
  /** Whether the rest of the input is not wanted. */
  readonly isDone: () => boolean;
}

/**
 * Reads standard input to its end, or until nothing more is wanted.
 *
 * A file is read where its bytes are needed: a thread that reads ahead costs more than it gains where processors are
 * busy. Pipes, sockets and terminals are read when they are ready: nothing may wait in `read` when the consumer
 * leaves.
 */
export async function readInput(handlers: InputHandlers): Promise<void> {
  if (isFile()) await readFile(handlers);
  else await readWhenReady(handlers);
}

function isFile(): boolean {
  let stats: BigIntStats;
  try {
    stats = fstatSync(STDIN, { bigint: true });
  } catch {
    // Closed by the parent: the same as empty.
    return true;
  }
  return !stats.isFIFO() && !stats.isSocket() && !stats.isCharacterDevice();
}

async function readFile({ onBytes, isDone }: InputHandlers): Promise<void> {
  const buffer = new Uint8Array(READ_BYTES);
  for (;;) {
    const length = readHere(buffer);
    if (length === 0) return;
    const wait = onBytes(buffer.subarray(0, length));
    if (wait !== undefined) await wait;
    if (isDone()) return;
  }
}

/** Bytes read at the file's own position; 0 at its end. */
function readHere(buffer: Uint8Array): number {
  try {
    return readSync(STDIN, buffer, 0, buffer.length, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBADF") return 0;
    throw error;
  }
}

function readWhenReady({ onBytes, onPause, isDone }: InputHandlers): Promise<void> {
  return new Promise((resolve, reject) => {
    const input = process.stdin;
    let arrived = false;
    let watching = false;
    // One whole turn of the event loop without input is a pause.
    const watch = (): void => {
      watching = arrived;
      if (arrived) {
        arrived = false;
        setImmediate(watch);
      } else attempt(onPause);
    };
    const attempt = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        input.destroy();
        reject(error);
      }
    };
    input.on("data", (bytes: Buffer) =>
      attempt(() => {
        arrived = true;
        const wait = onBytes(bytes);
        if (isDone()) {
          input.pause();
          resolve();
        } else if (wait !== undefined) {
          input.pause();
          wait.then(() => input.resume(), reject);
        }
        if (!watching) {
          watching = true;
          setImmediate(watch);
        }
      }),
    );
    input.once("end", resolve);
    input.once("close", resolve);
    input.once("error", reject);
  });
}
