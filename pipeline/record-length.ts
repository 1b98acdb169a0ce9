import { DasError } from "../errors/das-error.js";
import { DATA_PREFIX_BYTES } from "../stream/framing.js";
import { parsePacketHeader } from "../stream/header-xml.js";
import { DEFAULT_LIMITS } from "../stream/limits.js";
import { parseXml, type XmlElement } from "../stream/xml-document.js";

/** Bytes of one value by encoding of a qstream; das2-stream D. */
const QSTREAM_WIDTHS: Readonly<Record<string, number>> = {
  double: 8,
  float: 4,
  long: 8,
  int: 4,
  short: 2,
  byte: 1,
};

/**
 * Bytes of a data packet, prefix included, of the packet that `body` defines.
 * Errors: those of a das2 packet header, or BAD_HEADER, BAD_TYPE, RECORD_TOO_LONG of a qstream one.
 * Source: das2-stream A2.2, D.
 */
export function dataPacketBytes(form: "das2" | "qstream", id: number, body: Uint8Array): number {
  return form === "das2" ? parsePacketHeader(id, body).stride : qstreamBytes(parseXml(body));
}

function qstreamBytes(root: XmlElement): number {
  if (root.name !== "packet") throw new DasError("BAD_HEADER", `element <${root.name}>, expected <packet>`);
  let bytes = DATA_PREFIX_BYTES;
  for (const dataset of root.children) {
    if (dataset.name !== "qdataset") continue;
    for (const values of dataset.children) {
      if (values.name !== "values" || values.attributes.has("values")) continue;
      bytes +=
        encodedWidth(values.attributes.get("encoding") ?? "") *
        valueCount(values.attributes.get("length") ?? "");
    }
  }
  if (bytes > DEFAULT_LIMITS.recordBytes)
    throw new DasError("RECORD_TOO_LONG", `${bytes} bytes, expected at most ${DEFAULT_LIMITS.recordBytes}`);
  return bytes;
}

function encodedWidth(encoding: string): number {
  const width =
    QSTREAM_WIDTHS[encoding] ?? Number(/^(?:ascii|time)(\d{1,4})$/.exec(encoding)?.[1] ?? Number.NaN);
  if (!(width > 0)) throw new DasError("BAD_TYPE", `encoding "${encoding.slice(0, 40)}" of a qdataset`);
  return width;
}

/** `""` is one value, `"n"` n, `"n,m"` n*m. */
function valueCount(length: string): number {
  if (length.trim() === "") return 1;
  let count = 1;
  for (const word of length.split(",")) {
    if (!/^\s*\d{1,9}\s*$/.test(word))
      throw new DasError("BAD_HEADER", `length "${length.slice(0, 40)}" of a qdataset, expected n or n,m`);
    count *= Number(word);
  }
  return count;
}
