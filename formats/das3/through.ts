import type { StreamEncoder, StreamTransform } from "../../stream/model.js";

/** An encoder whose items are changed before they are written; after an exception there is nothing left to change. */
export function through(transform: StreamTransform, encoder: StreamEncoder): StreamEncoder {
  let ended = false;
  return {
    push(item, write) {
      ended ||= item.kind === "exception";
      transform.push(item, (made) => encoder.push(made, write));
    },
    end(write) {
      if (!ended) transform.end((made) => encoder.push(made, write));
      encoder.end(write);
    },
  };
}
