import type { StreamHeader } from "../../stream/model.js";
import type { ConverterProgram } from "../../stream/program.js";
import type { ColumnRows } from "../table/column-rows.js";
import type { TableColumn } from "../table/table-columns.js";
import { packetIdOption, TableEncoder, type TableLimits, type TableWriter } from "../table/table-encoder.js";
import {
  ALIGNMENT,
  type BodyBuffer,
  BROKEN_MESSAGE,
  END_OF_STREAM,
  type FieldNode,
  recordBatchMessage,
  schemaMessage,
} from "./messages.js";

type Write = (bytes: Uint8Array) => void;

/** A batch of this size is a few hundred kilobytes: large enough that its header does not count, small enough to come soon. */
const LIMITS: TableLimits = { rows: 8192, values: 65_536 };

const PADDING = new Uint8Array(ALIGNMENT);

/**
 * One table as a stream of Arrow messages: the schema, record batches, the mark of the end. Instants are timestamps in nanoseconds
 * of the zone UTC, a yscan is a list of fixed size, fill is null; units, labels and tags are metadata of the fields, the properties
 * of the stream those of the schema.
 * Source: Arrow columnar format, "IPC streaming format".
 */
export class ArrowWriter implements TableWriter {
  begin(columns: readonly TableColumn[], stream: StreamHeader, write: Write): void {
    write(schemaMessage(columns, new Map(stream.properties.map(({ name, value }) => [name, value]))));
  }

  rows(columns: readonly ColumnRows[], rows: number, write: Write): void {
    const nodes: FieldNode[] = [];
    const buffers: BodyBuffer[] = [];
    const parts: Uint8Array[] = [];
    let offset = 0;
    const add = (bytes: Uint8Array) => {
      buffers.push({ offset, length: bytes.length });
      parts.push(bytes);
      offset += Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT;
    };
    for (const column of columns) {
      if (column.column.isList) {
        nodes.push({ length: rows, nulls: 0 });
        add(NONE); // every list is there, with what it holds
      }
      nodes.push({ length: column.values, nulls: column.nulls });
      add(column.nulls === 0 ? NONE : column.validity);
      add(column.bytes);
    }
    write(recordBatchMessage(rows, nodes, buffers, offset));
    for (const part of parts) {
      write(part);
      const rest = part.length % ALIGNMENT;
      if (rest > 0) write(PADDING.subarray(rest));
    }
  }

  end(write: Write): void {
    write(END_OF_STREAM);
  }

  breakOff(write: Write): void {
    // Readers take the end of the bytes between two messages for the end of the stream, but not within one.
    write(BROKEN_MESSAGE);
  }
}

/** No bits are written where all are set. */
const NONE = new Uint8Array(0);

const HELP = `Usage: das2_arrow [-i ID]

Reads a das2 stream and writes the packets of one id as an Arrow stream (IPC streaming format): times as timestamps in
nanoseconds, UTC, fill as null, the values of a yscan as a list of fixed size. Units, labels and y tags are metadata of the
fields.

  -i, --id ID      the packets, where the stream has several kinds of them
  -h, --help       print this
  -v, --version    print the version

Exit status: 0 done (nothing is written where the stream defines no packets), 1 the stream ended in an exception, told on
standard error, 13 arguments, or packets of several ids and no -i, 22 unreadable stream, 100 a stream that one table cannot hold.
After a
failure the output has no end mark.
`;

/** The converter `das2_arrow`. */
export const arrow: ConverterProgram = {
  kind: "converter",
  name: "das2_arrow",
  help: HELP,
  open: (args) => new TableEncoder(new ArrowWriter(), LIMITS, packetIdOption(args)),
};
