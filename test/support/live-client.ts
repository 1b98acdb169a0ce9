import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { readColumn } from "../../stream/columns.js";
import type { StreamException, StreamItem } from "../../stream/model.js";
import { StreamParser } from "../../stream/stream-parser.js";

/** A client of a live das2 stream that remembers all it was given, and wakes who waits for something of it. */
export class LiveClient {
  readonly socket: WebSocket;
  readonly items: StreamItem[] = [];
  readonly messages: Buffer[] = [];
  /** `[seconds since 2000, value, packet id]` of each record. */
  readonly rows: (readonly [x: number, value: number, id: number])[] = [];
  /** Code and reason of the close. */
  closed: readonly [code: number, reason: string] | undefined;
  readonly #parser = new StreamParser();
  #waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];

  /** @param parse whether what comes is a das2 stream */
  constructor(
    url: string,
    options: { headers?: Record<string, string>; protocols?: string[]; parse?: boolean } = {},
  ) {
    const { headers = {}, protocols = [], parse = true } = options;
    this.socket = new WebSocket(url, protocols, { headers, perMessageDeflate: false });
    this.socket.on("message", (data: Buffer) => {
      this.messages.push(data);
      if (parse) for (const item of this.#parser.push(data)) this.#take(item);
      this.#look();
    });
    this.socket.on("error", () => undefined);
    this.socket.once("close", (code, reason) => {
      this.closed = [code, reason.toString()];
      this.#look();
    });
  }

  #take(item: StreamItem): void {
    this.items.push(item);
    if (item.kind !== "data") return;
    const { batch } = item;
    const { planes, id } = batch.header;
    const [x, value] = [0, 1].map((at) => {
      const column = new Float64Array(batch.count);
      const plane = planes[at];
      if (plane !== undefined) readColumn(batch, plane, 0, column);
      return column;
    });
    for (let n = 0; n < batch.count; n++) this.rows.push([(x?.[n] ?? 0) / 1e6, value?.[n] ?? 0, id]);
  }

  /** Values of all records in the order in which they came. */
  get values(): readonly number[] {
    return this.rows.map(([, value]) => value);
  }

  get exceptions(): readonly StreamException[] {
    return this.items.flatMap((item) => (item.kind === "exception" ? [item.exception] : []));
  }

  opened(): Promise<unknown> {
    return this.socket.readyState === WebSocket.OPEN ? Promise.resolve() : once(this.socket, "open");
  }

  /** Resolves as soon as it holds; it is looked at with each message and at the close. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ holds, resolve });
      this.#look();
    });
  }

  /** Resolves when so many records have come. */
  given(count: number): Promise<void> {
    return this.until(() => this.rows.length >= count);
  }

  /** Resolves with code and reason. */
  async end(): Promise<readonly [number, string]> {
    await this.until(() => this.closed !== undefined);
    return this.closed ?? [0, ""];
  }

  #look(): void {
    const ready = this.#waiting.filter(({ holds }) => holds());
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }
}

/** How a request to become a WebSocket was refused. */
export async function refusal(
  url: string,
  headers: Record<string, string> = {},
): Promise<{
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}> {
  const socket = new WebSocket(url, { headers });
  socket.on("error", () => undefined);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    socket.once("unexpected-response", (_request, response: IncomingMessage) => resolve(response));
    socket.once("open", () => reject(new Error("was let in")));
  });
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer); // no encoding is set
  return {
    status: answer.statusCode ?? 0,
    type: answer.headers["content-type"],
    body: Buffer.concat(pieces).toString(),
    headers: answer.headers,
  };
}
