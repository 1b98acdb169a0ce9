import { encodeItems } from "../../stream/encode-items.js";
import type { ItemSource } from "../../stream/model.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import { ByteLog } from "./byte-log.js";

/** Bytes of a run that slow clients may leave behind; beyond it the slowest holds up the run. */
const MOST_BEHIND_BYTES = 256 << 20;

/** Something that is being made, and who wants it. */
interface Flight<Facts> {
  readonly log: ByteLog;
  readonly stop: AbortController;
  readonly facts: Facts;
  followers: number;
}

/** What a flight makes until `signal` is aborted, and what it tells of it to all who follow; complete when the items have ended. */
export interface Departure<Facts> {
  readonly items: ItemSource;
  readonly facts: Facts;
}

/** One client's part in a flight. */
export interface Following<Facts> {
  /** A das2 stream from its beginning. */
  readonly bytes: AsyncIterableIterator<Uint8Array>;
  readonly facts: Facts;
}

/**
 * What is being made in this process for clients that wait for it. Who asks for the same joins, as long as its beginning is still
 * at hand, so that many clients cost one run; the run goes at its own pace, whatever theirs, and ends when the last has left.
 */
export class Flights<Facts> {
  readonly #folder: string;
  readonly #running = new Map<string, Flight<Facts>>();

  /** @param folder for what slow clients leave behind */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** How many are under way. */
  get size(): number {
    return this.#running.size;
  }

  /**
   * Joins the run under way with this key, else starts one.
   * @param key equal only where the answers would be equal byte for byte
   */
  join(key: string, start: (signal: AbortSignal) => Departure<Facts>): Following<Facts> {
    let flight = this.#running.get(key);
    if (flight === undefined || !flight.log.isWhole || flight.stop.signal.aborted) {
      const stop = new AbortController();
      const { items, facts } = start(stop.signal);
      flight = { log: new ByteLog(this.#folder, MOST_BEHIND_BYTES), stop, facts, followers: 0 };
      this.#running.set(key, flight);
      void this.#run(key, flight, items);
    }
    return { bytes: this.#follow(flight), facts: flight.facts };
  }

  #follow(flight: Flight<Facts>): AsyncIterableIterator<Uint8Array> {
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

  async #run(key: string, flight: Flight<Facts>, items: ItemSource): Promise<void> {
    const { log, stop } = flight;
    try {
      for await (const bytes of encodeItems(items, das2Encoder())) {
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
