import type { Writable } from "node:stream";

/**
 * Writes bytes to a program, as fast as it reads. A program that reads no further ends the supply; its status
 * tells whether it was right to.
 */
export async function pump(bytes: AsyncIterable<Uint8Array>, stdin: Writable): Promise<void> {
  try {
    for await (const piece of bytes) {
      if (stdin.destroyed) return;
      if (!stdin.write(piece)) await drained(stdin);
    }
    stdin.end();
  } catch {
    // The failure is on record with the stage that failed; the program downstream sees a short stream.
    stdin.destroy();
  }
}

function drained(stdin: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stdin.off("drain", done);
      stdin.off("close", done);
      resolve();
    };
    stdin.on("drain", done);
    stdin.on("close", done);
    if (stdin.destroyed) done();
  });
}
