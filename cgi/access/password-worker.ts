import { parentPort } from "node:worker_threads";
import { matchesHash } from "./password-hash.js";

/** Checks passwords beside the main thread: `[number, password, hash]` in, `[number, matches or Error]` out. */
parentPort?.on("message", ([number, password, hash]: [number, string, string]) => {
  matchesHash(password, hash).then(
    (matches) => parentPort?.postMessage([number, matches]),
    (error: unknown) => parentPort?.postMessage([number, error]),
  );
});
