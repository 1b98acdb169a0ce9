import { Recent } from "../../cache/store/recent.js";
import type { Site } from "../site.js";
import type { QuickLook } from "./quick-look-job.js";

/** Bytes of all that are kept, and how many at most: some strips of thumbnails and the large pictures of one. */
const MOST_BYTES = 48 * 2 ** 20;
const MOST_PICTURES = 16_384;

/**
 * Pictures of a resident server, ready to be sent again, by a text that says all of what they were made of; a stored image never changes.
 * What was not used for the longest time goes first.
 */
export class KeptPictures {
  readonly #mostBytes: number;
  readonly #pictures: Recent<QuickLook>;
  #bytes = 0;

  constructor(mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes;
    this.#pictures = new Recent(MOST_PICTURES, ({ png }) => {
      this.#bytes -= png.length;
    });
  }

  find(key: string): QuickLook | undefined {
    return this.#pictures.get(key);
  }

  keep(key: string, picture: QuickLook): void {
    const { length } = picture.png;
    if (length > this.#mostBytes) return;
    this.#pictures.set(key, picture);
    this.#bytes += length;
    while (this.#bytes > this.#mostBytes) this.#pictures.deleteOldest();
  }
}

const made = new WeakMap<Site, KeptPictures>();

/** Those of a server; of one that ends with its request they are of no use, but do no harm. */
export function keptPictures(site: Site): KeptPictures {
  let pictures = made.get(site);
  if (pictures === undefined) {
    pictures = new KeptPictures();
    made.set(site, pictures);
  }
  return pictures;
}
