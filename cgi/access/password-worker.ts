import { parentPort } from "node:worker_threads";
import { matchesHash } from "./password-hash.js";

/** Checks one after the other, so that many logins at once take the memory of one. */
let turn: Promise<void> = Promise.resolve();

/** Checks passwords beside the main thread: `[number, password, hash]` in, `[number, matches or Error]` out. */
parentPort?.on("message", ([number, password, hash]: [number, string, string]) => {
  turn = turn
    .then(() => matchesHash(password, hash))
    .then(
      (matches) => parentPort?.postMessage([number, matches]),
      (error: unknown) => parentPort?.postMessage([number, error]),
    );
});
