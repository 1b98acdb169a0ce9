import type { RunningServer } from "../../cgi/serve.js";

/** Waits for SIGINT or SIGTERM, then closes the server; a second signal does not wait for running answers. */
export async function untilStopped(server: RunningServer): Promise<void> {
  await new Promise<void>((resolve) => {
    let signals = 0;
    const stop = (): void => {
      signals++;
      server.close(signals > 1 ? 0 : undefined).then(resolve, resolve);
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}
