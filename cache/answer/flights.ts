import { encodeItems } from "../../stream/encode-items.js";
import type { ItemSource } from "../../stream/model.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import { ByteLog } from "./byte-log.js";

/** Bytes of a run that slow clients may leave behind; beyond it the slowest holds up the run. */
const MOST_BEHIND_BYTES = 256 << 20;

/** Something that is being made, and who wants it. */
interface Flight {
  readonly log: ByteLog;
  readonly stop: AbortController;
  followers: number;
}

/** Makes the items of a flight until `signal` is aborted. */
export type Start = (signal: AbortSignal) => ItemSource;

/**
 * What is being made in this process for clients that wait for it. Who asks for the same joins, as long as its beginning is still
 * at hand, so that many clients cost one run; the run goes at its own pace, whatever theirs, and ends when the last has left.
 */
export class Flights {
  readonly #folder: string;
  readonly #running = new Map<string, Flight>();

  /** @param folder for what slow clients leave behind */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** How many are under way. */
  get size(): number {
    return this.#running.size;
  }

  /**
   * The bytes of a das2 stream, from the beginning: of a run under way with this key, else of a new one.
   * @param key equal only where the answers would be equal byte for byte
   */
  join(key: string, start: Start): AsyncIterableIterator<Uint8Array> {
    let flight = this.#running.get(key);
    if (flight === undefined || !flight.log.isWhole || flight.stop.signal.aborted) {
      flight = {
        log: new ByteLog(this.#folder, MOST_BEHIND_BYTES),
        stop: new AbortController(),
        followers: 0,
      };
      this.#running.set(key, flight);
      void this.#run(key, flight, start);
    }
    return this.#follow(flight);
  }

  #follow(flight: Flight): AsyncIterableIterator<Uint8Array> {
    flight.followers++;
    const source = flight.log.read();
    let open = true;
    const leave = (): void => {
      if (!open) return;
      open = false;
      flight.followers--;
      if (flight.followers === 0) flight.stop.abort();
    };
    return {
      async next() {
        try {
          const piece = await source.next();
          if (piece.done === true) leave();
          return piece;
        } catch (error) {
          leave();
          throw error;
        }
      },
      async return() {
        leave();
        await source.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async #run(key: string, flight: Flight, start: Start): Promise<void> {
    const { log, stop } = flight;
    try {
      for await (const bytes of encodeItems(start(stop.signal), das2Encoder())) {
        await log.append(bytes);
        if (stop.signal.aborted) break;
      }
      log.end();
    } catch (error) {
      log.end(error);
    } finally {
      if (this.#running.get(key) === flight) this.#running.delete(key);
      await log.close();
    }
  }
}
