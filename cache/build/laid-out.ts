import { joinedBatch } from "../../reducers/binning/record-layout.js";
import type { StreamItem } from "../../stream/model.js";
import type { LevelItem } from "./level-item.js";

/** An item in a layout, in memory that lasts. */
export function laidOut(item: LevelItem, layout: "reduced" | "joined"): StreamItem {
  switch (item.kind) {
    case "stream":
    case "exception":
      return item;
    case "packet":
      return { kind: "packet", header: layout === "joined" ? item.headers.record : item.headers.main };
    case "records": {
      const { headers, main, companion } = item;
      if (layout === "joined" && companion !== undefined)
        return { kind: "data", batch: joinedBatch(headers.record, main, companion) };
      const header = layout === "joined" ? headers.record : headers.main;
      return { kind: "data", batch: { header, bytes: new Uint8Array(main.bytes), count: main.count } };
    }
    default:
      return item satisfies never;
  }
}
