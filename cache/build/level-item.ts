import { companionBatch, joinedLayout, layoutOf, mainBatch } from "../../reducers/binning/record-layout.js";
import type { Emit, PacketBatch, PacketHeader, StreamException, StreamHeader } from "../../stream/model.js";

/** The definitions of one type of records of a block, and of what is kept beside them; see {@link RecordLayout}. */
export interface RecordHeaders {
  readonly main: PacketHeader;
  readonly companion: PacketHeader | undefined;
  /** Of both in one; that of `main` where wider bins cannot be made of them. */
  readonly record: PacketHeader;
}

/** What a block of a level is made of, in order. */
export type LevelItem =
  | { readonly kind: "stream"; readonly header: StreamHeader }
  | { readonly kind: "packet"; readonly headers: RecordHeaders }
  | {
      readonly kind: "records";
      readonly headers: RecordHeaders;
      readonly main: PacketBatch;
      /** As many, in the same order. */
      readonly companion: PacketBatch | undefined;
    }
  | { readonly kind: "exception"; readonly exception: StreamException };

/** Takes an item of a block. What it is given may be re-used after it returns. */
export type EmitLevel = (item: LevelItem) => void;

/** Headers whose `record` is made when somebody asks for it: most are only stored. */
export function recordHeaders(main: PacketHeader, companion: PacketHeader | undefined): RecordHeaders {
  let record: PacketHeader | undefined;
  return {
    main,
    companion,
    get record() {
      record ??= joinedLayout(main, companion)?.record ?? main;
      return record;
    },
  };
}

/** Takes the items of a stream whose records may be laid out as {@link layoutOf} says. Comments are left out. */
export function asLevelItems(emit: EmitLevel): Emit {
  return (item) => {
    switch (item.kind) {
      case "packet":
        emit({ kind: "packet", headers: layoutOf(item.header) });
        return;
      case "data": {
        const headers = layoutOf(item.batch.header);
        emit({
          kind: "records",
          headers,
          main: mainBatch(item.batch),
          companion: companionBatch(item.batch),
        });
        return;
      }
      case "comment":
        return;
      case "stream":
      case "exception":
        emit(item);
        return;
      default:
        item satisfies never;
    }
  };
}
