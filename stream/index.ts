/**
 * das2 streams without I/O: the same code runs in a program, in the server and in a browser.
 * Source: das2-stream Part A.
 */
export { DasError, type ErrorCode, isDasError, OUTCOME } from "../errors/das-error.js";
export { BatchBuilder } from "./batch-builder.js";
export { readColumn, readPlane, readX, readXUs2000, writeValue, xUnits } from "./columns.js";
export type { Compression } from "./compression.js";
export { encodeItems } from "./encode-items.js";
export { DEFAULT_FILL, type FillTest, fillTest, planeFill } from "./fill.js";
export {
  type Info,
  parseInfo,
  parsePacketHeader,
  parseStreamHeader,
  printComment,
  printException,
  printPacketHeader,
  printStreamHeader,
  type ReadStreamHeader,
} from "./header-xml.js";
export { DEFAULT_LIMITS, type StreamLimits } from "./limits.js";
export type * from "./model.js";
export {
  type PacketSpec,
  type PlaneOptions,
  type PlaneSpec,
  packetHeader,
  xPlane,
  type YscanOptions,
  yPlane,
  yscanPlane,
  yTagValues,
  zPlane,
} from "./packet-header.js";
export type {
  BytesProgram,
  ConverterProgram,
  FilterProgram,
  Program,
  ProgramContext,
  ReaderProgram,
} from "./program.js";
export {
  booleanProperty,
  cascade,
  datumProperty,
  doubleProperty,
  getProperty,
  propertyText,
  withoutProperties,
  withProperty,
} from "./properties.js";
export { readStream } from "./read-stream.js";
export { StreamParser } from "./stream-parser.js";
export { type Das2EncoderOptions, das2Encoder } from "./stream-writer.js";
export {
  addSeconds,
  type CalendarTime,
  calendar,
  compareTimes,
  formatTime,
  makeTime,
  parseTime,
  parseTimeRange,
  type Time,
  type TimeRange,
  timeToUs2000,
  us2000ToTime,
} from "./time.js";
export { applyTransform, type FailureOptions } from "./transform.js";
export { convertUnits, durationSeconds, type EpochUnit, epochUnit, frequencyHz } from "./units.js";
export {
  asciiType,
  isText,
  LE_REAL4,
  LE_REAL8,
  REAL4,
  REAL8,
  timeType,
  type ValueType,
  valueType,
} from "./value-type.js";
