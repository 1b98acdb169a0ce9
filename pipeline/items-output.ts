import type { StreamItem } from "../stream/model.js";
import { Portion } from "../stream/portion.js";
import type { LinkOutput } from "./built-in-link.js";

/**
 * What comes out of a link as items, in the portions in which its input came. A portion lasts until the next one is
 * asked for.
 */
export class ItemsOutput implements LinkOutput<readonly StreamItem[]> {
  readonly #portion = new Portion();
  readonly error = undefined;
  /** Every portion goes out whole. */
  readonly pending = false;
  readonly isDue = false;

  coming(item: StreamItem): void {
    this.#portion.current = item.kind === "data" ? item.batch : undefined;
  }

  readonly push = (item: StreamItem): void => this.#portion.add(item);

  flush(): void {}

  end(): void {}

  takeFull(): readonly (readonly StreamItem[])[] {
    const items = this.#portion.take();
    return items.length === 0 ? [] : [items];
  }

  takeAll(): readonly (readonly StreamItem[])[] {
    return this.takeFull();
  }

  rest(): readonly (readonly StreamItem[])[] {
    return [];
  }

  close(): void {}
}
