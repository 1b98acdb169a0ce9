import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { matchesHash } from "./password-hash.js";

/** Whether a password belongs to a hash. */
export type MatchesHash = (password: string, hash: string) => Promise<boolean>;

/**
 * A check of passwords in a thread of its own, so that 70 ms of hashing stop nobody's stream. The thread starts at the first
 * login and does not keep the process alive. Where the built worker file is not beside this one (a bundle, sources under test)
 * the check runs in place.
 */
export function passwordThread(): MatchesHash {
  const file = join(import.meta.dirname, "password-worker.js");
  if (!existsSync(file)) return matchesHash;
  let worker: Worker | undefined;
  let number = 0;
  const waiting = new Map<number, { resolve(matches: boolean): void; reject(error: unknown): void }>();

  const start = (): Worker => {
    const started = new Worker(file);
    started.unref();
    started.on("message", ([done, result]: [number, boolean | Error]) => {
      const caller = waiting.get(done);
      waiting.delete(done);
      if (typeof result === "boolean") caller?.resolve(result);
      else caller?.reject(result);
      if (waiting.size === 0) started.unref();
    });
    started.on("error", (error) => {
      worker = undefined;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    });
    return started;
  };

  return (password, hash) =>
    new Promise((resolve, reject) => {
      worker ??= start();
      worker.ref();
      waiting.set(++number, { resolve, reject });
      worker.postMessage([number, password, hash]);
    });
}
