import { setImmediate } from "node:timers/promises";
import type { ProgramContext } from "../stream/program.js";
import { checkWanted } from "./stream-parts.js";

/** A reader that computes gives way so often; long enough to cost nothing, short enough for a server to stay awake. */
const TURN_MS = 10;

/**
 * Lets the surroundings run while a reader computes without waiting for anything: a chain of computing stages would
 * otherwise keep the event loop, and with it the news that nobody wants the output, from ever coming.
 */
export class Pacer {
  readonly #context: ProgramContext;
  #last = performance.now();

  constructor(context: ProgramContext) {
    this.#context = context;
  }

  /** Called once a portion. Errors: CANCELLED. */
  async turn(): Promise<void> {
    if (performance.now() - this.#last > TURN_MS) {
      await setImmediate();
      this.#last = performance.now();
    }
    checkWanted(this.#context);
  }
}
