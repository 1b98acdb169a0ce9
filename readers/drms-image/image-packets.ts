import { DasError } from "../../errors/das-error.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import type { StreamItem } from "../../stream/model.js";
import { type PlaneSpec, packetHeader, xPlane } from "../../stream/packet-header.js";
import { LE_REAL8 } from "../../stream/value-type.js";
import { FILL } from "../stream-parts.js";
import type { ImageNumbers } from "./reduce-image.js";
import type { ImageShape } from "./reduction.js";

/** Ids that a stream has. Source: das2-stream A5. */
const MOST_IDS = 99;

/** How packets look by the shape of the image. */
export interface PacketForms {
  /** Images of the same key have the same planes. */
  key(shape: ImageShape): number;
  /** Besides x: one table, or scalars. */
  planes(shape: ImageShape): readonly PlaneSpec[];
}

/**
 * Turns the numbers of images into packets. Where the planes depend on the shape of the image, each form has an id of its own that is
 * defined with its first packet.
 */
export class ImagePackets {
  readonly #forms: PacketForms;
  readonly #builders = new Map<number, BatchBuilder>();
  #last: BatchBuilder | undefined;

  constructor(forms: PacketForms) {
    this.#forms = forms;
  }

  /** Defines the packets of images of a shape. Errors: BAD_FITS_DATA for more forms than a stream has ids. */
  define(shape: ImageShape): readonly StreamItem[] {
    const key = this.#forms.key(shape);
    const known = this.#builders.get(key);
    this.#last = known ?? this.#last;
    if (known !== undefined) return [];
    const id = this.#builders.size + 1;
    if (id > MOST_IDS)
      throw new DasError("BAD_FITS_DATA", `images of more than ${MOST_IDS} different shapes in one stream`);
    const x = xPlane({ name: "time", type: LE_REAL8, units: "us2000" });
    const header = packetHeader({ id, planes: [x, ...this.#forms.planes(shape)] });
    this.#last = new BatchBuilder(header, header.stride);
    this.#builders.set(key, this.#last);
    return [{ kind: "packet", header }];
  }

  /** The packet of an image, behind its definition where that is new; it holds until the next is asked for. Errors: as {@link define}. */
  packet({ shape, values }: ImageNumbers, us2000: number): readonly StreamItem[] {
    return [...this.define(shape), ...this.#packet(us2000, values)];
  }

  /** A packet of fill in the form of the last one; none where none was defined. */
  fill(us2000: number): readonly StreamItem[] {
    return this.#packet(us2000, undefined);
  }

  #packet(us2000: number, values: Float64Array | undefined): readonly StreamItem[] {
    const builder = this.#last;
    if (builder === undefined) return [];
    const { header, view } = builder;
    builder.next();
    view.setFloat64(header.planes[0]!.offset, us2000, true);
    let n = 0;
    for (const { offset, type, items } of header.planes.slice(1))
      for (let i = 0, at = offset; i < items; i++, at += type.width) {
        const value = values?.[n++] ?? Number.NaN;
        const number = Number.isFinite(value) ? value : FILL;
        if (type.width === 4) view.setFloat32(at, number, true);
        else view.setFloat64(at, number, true);
      }
    return [{ kind: "data", batch: builder.take()! }]; // one was made
  }
}
