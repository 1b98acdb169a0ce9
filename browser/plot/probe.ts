/** Answers of a proxy whose server is gone. */
const OF_PROXY: ReadonlySet<number> = new Set([502, 504]);

/** Asks a server whether it is there. @param mount its path */
export async function isServerThere(mount: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { status } = await fetch(`${mount}/healthz`, { signal, cache: "no-store", credentials: "omit" });
    return !OF_PROXY.has(status);
  } catch {
    return false;
  }
}
