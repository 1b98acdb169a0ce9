import type { StreamHeader } from "./model.js";

/** A stream header that says nothing: for what must stand in a stream without a header of its own; das2-stream A13.2. */
export const BARE_HEADER: StreamHeader = { version: "2.2", properties: [] };
