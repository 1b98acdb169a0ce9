import type { Comment, Emit, PacketBatch, PacketHeader, StreamHeader, StreamItem } from "./model.js";

/** What a filter does with the items that it changes. */
export interface ItemHandlers {
  readonly stream: (header: StreamHeader, emit: Emit) => void;
  readonly packet: (header: PacketHeader, emit: Emit) => void;
  readonly data: (batch: PacketBatch, emit: Emit) => void;
  /** Absent: comments pass as they are. */
  readonly comment?: (comment: Comment, emit: Emit) => void;
  /** Writes what is open, before an exception; absent: there is nothing. */
  readonly flush?: (emit: Emit) => void;
}

/** The `push` of a filter: each item to its handler; an exception passes once what is open has been written. */
export function routeItems(handlers: ItemHandlers): (item: StreamItem, emit: Emit) => void {
  return (item, emit) => {
    switch (item.kind) {
      case "stream":
        handlers.stream(item.header, emit);
        return;
      case "packet":
        handlers.packet(item.header, emit);
        return;
      case "data":
        handlers.data(item.batch, emit);
        return;
      case "comment":
        if (handlers.comment === undefined) emit(item);
        else handlers.comment(item.comment, emit);
        return;
      case "exception":
        handlers.flush?.(emit);
        emit(item);
        return;
      default:
        item satisfies never;
    }
  };
}
