import type { Header } from "../../fits/header.js";
import type { PixelSource } from "../../fits/image.js";
import type { DrmsValue } from "../values/drms-type.js";

/**
 * A record that is to be added to a series. Names may be of any case.
 *
 * Of `keywords`: one that is absent or `undefined` gets the default of its series, `null` is kept as SQL NULL, which readers take
 * for the default too (netdrms 1.3). Of a slotted keyword the value is given, its slot follows. A per-segment keyword has the number
 * of its segment: `DATAMEAN_000`.
 */
export interface NewRecord {
  readonly keywords: Readonly<Record<string, DrmsValue | null | undefined>>;
  /** A link that is absent is not set. */
  readonly links?: Readonly<Record<string, NewLink>>;
  /** What becomes the files of segments; see `RecordStore`. */
  readonly segments?: Readonly<Record<string, SegmentContent>>;
  /** Where the files are already: those of an earlier version of the record, say. */
  readonly place?: RecordPlace;
}

/** Where a link leads: a record of a static one, values of the target's prime keys of a dynamic one. Source: netdrms 1.8. */
export type NewLink =
  | { readonly recnum: bigint }
  /** By the names that users know; of a slotted key its value, or by the name of the index its slot. */
  | { readonly keys: Readonly<Record<string, DrmsValue>> };

/** What is stored as the file of a segment. */
export type SegmentContent =
  | {
      /** A file of this machine, copied as it is; of protocol `generic` also a folder. */
      readonly kind: "file";
      readonly path: string;
      /** Its name in the archive; missing: its own of protocol `generic`, else that of the segment. */
      readonly name?: string;
    }
  | {
      /** An image to be written as FITS. */
      readonly kind: "image";
      /** Stored values; of type `char` unsigned, 128 above what they mean (netdrms 1.7). */
      readonly image: PixelSource;
      /** Physical value = bzero + bscale × value, of `char` the signed one; missing: those of the series. */
      readonly bzero?: number;
      readonly bscale?: number;
      /** Missing: as the series says. */
      readonly compression?: string;
      /** Cards that go with the image. */
      readonly header?: Header;
    };

/** Slot of a storage unit in which the files of a record are. */
export interface RecordPlace {
  readonly sunum: bigint;
  readonly slot: number;
  /** By number of the segment; those without a file are absent. */
  readonly files: ReadonlyMap<number, PlacedFile>;
}

/** What a record keeps of a file. */
export interface PlacedFile {
  /** `sg_NNN_file`. */
  readonly name: string;
  /** Lengths of its image, fastest first. */
  readonly axes?: readonly number[];
  /** `cparms_sgNNN`; empty for none. */
  readonly compression?: string;
  /** `<segment>_bzero` and `_bscale`. */
  readonly bzero?: number;
  readonly bscale?: number;
}
