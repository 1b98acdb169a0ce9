/** Waits between two tries, milliseconds: soon at first, at last every quarter of a minute. */
const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15_000];

/** Why a picture is not there. */
export type Trouble =
  /** The server says why. */
  | { readonly kind: "refused"; readonly message: string }
  /** Nobody answers. */
  | { readonly kind: "away" };

/** Characters of a message that are shown. */
const MOST_CHARACTERS = 400;

/** Asks for an address again to learn why its picture could not be loaded; `undefined` where it can be by now. */
export async function troubleOf(url: string, signal: AbortSignal): Promise<Trouble | undefined> {
  try {
    const response = await fetch(url, { signal, cache: "no-cache" });
    if (response.ok) {
      await response.body?.cancel();
      return undefined;
    }
    // A gateway speaks for a server that does not.
    if (response.status === 502 || response.status === 504) return { kind: "away" };
    const text = (await response.text()).trim().slice(0, MOST_CHARACTERS);
    return { kind: "refused", message: text === "" ? `Status ${response.status}` : text };
  } catch {
    return { kind: "away" };
  }
}

/** Asks again and again until the server answers, whatever it says. Ends early when the signal is given. */
export async function untilBack(url: string, signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    const trouble = await troubleOf(url, signal);
    if (trouble?.kind !== "away") return;
    await pause(WAITS_MS[Math.min(n, WAITS_MS.length - 1)] ?? 0, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
