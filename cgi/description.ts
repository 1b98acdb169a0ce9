import type { DataSource } from "../dsdf/data-source.js";
import { describeSource } from "../dsdf/describe.js";
import { limitProperties, rangeLimits } from "./limits/range-limits.js";
import type { Site } from "./site.js";

/** Made once for each reading of a definition, which is a new object when its file changes. */
const made = new WeakMap<DataSource, Uint8Array>();

/** The description of a source as it is sent. Source: das2-server 2.6. */
export function description(source: DataSource, site: Site): Uint8Array {
  let bytes = made.get(source);
  if (bytes === undefined) {
    const { config } = site;
    const added = limitProperties(rangeLimits(source, config));
    bytes = Buffer.from(describeSource(source, { privatePrefixes: config.dsdfPrivate, added }), "latin1");
    made.set(source, bytes);
  }
  return bytes;
}
