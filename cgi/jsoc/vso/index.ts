import { DasError, OUTCOME } from "../../../errors/das-error.js";
import { readCompression } from "../../../netdrms/segments/image-compression.js";
import { escapeMarkup } from "../../../stream/xml-text.js";
import type { WatchedFile } from "../../access/watched-file.js";
import { publicError } from "../../error-response.js";
import { type HeaderLine, type Response, textResponse } from "../../http.js";
import type { Query, QueryContext } from "../../query.js";
import type { Site } from "../../site.js";
import { offeredSeries } from "../offered-series.js";
import { isSet, readWords } from "../words.js";
import { exportStream, type StreamHead } from "./export-stream.js";
import { namedRecords } from "./named-records.js";
import { type VsoRegistry, type VsoSeries, watchRegistry } from "./registry.js";

const WORDS = ["series", "record", "compress", "skiptar"];

/** Lines about files that are kept with the record of a request. */
const MAX_LINES = 50;

const registries = new WeakMap<Site, WatchedFile<VsoRegistry>>();

/**
 * `drms_export.cgi`: files of records made and sent at once, a tar of them or one as it is. What cannot be done before the first byte is a
 * page that says so; later it is in the list of errors that ends the tar. Source: netdrms-export C.
 */
export const vsoExport: Query = async (context) => {
  try {
    return await streamed(context);
  } catch (thrown) {
    const error = publicError(thrown);
    if (error.code === "CANCELLED") throw error;
    const isNothing = error.code === "NO_DATA";
    const { status } = isNothing ? OUTCOME.NOT_FOUND : OUTCOME[error.code];
    context.trace.fail(error, status >= 500 ? "failed" : "refused");
    return errorPage(status, error.message);
  }
};

async function streamed({ request, site, trace }: QueryContext): Promise<Response> {
  // Parameters stand between semicolons as well.
  const words = await readWords({ ...request, query: request.query.replaceAll(";", "&") }, WORDS);
  const series = seriesOf(site, words.get("series"));
  const record = words.get("record");
  if (record === undefined) throw new DasError("BAD_PARAMETER", "record is missing");
  const { query, tarName } = namedRecords(series, record);
  const single = isSet(words, "skiptar");
  const head: StreamHead = {};
  const body = exportStream(
    {
      ...{ query, fileName: series.fileName, single },
      compression: readCompression(words.get("compress") === "rice" ? "rice" : "none"),
    },
    {
      ...{ config: site.config, isOffered: await offeredSeries(site), signal: request.signal },
      log(line) {
        trace.stderr ??= [];
        if (trace.stderr.length < MAX_LINES) trace.stderr.push(line);
      },
    },
    head,
  );
  // Until here it can still be told what is wrong.
  await body.next();
  const name = safeName(
    single ? (head.name ?? "file.fits") : tarName.endsWith(".tar") ? tarName : `${tarName}.tar`,
  );
  const length: readonly HeaderLine[] =
    head.byteLength === undefined ? [] : [["Content-Length", String(head.byteLength)]];
  return {
    status: 200,
    headers: [
      ["Content-Type", "application/octet-stream"],
      ["Content-Disposition", `attachment; filename="${name}"`],
      ["Content-Transfer-Encoding", "binary"],
      ...length,
    ],
    body,
  };
}

function seriesOf(site: Site, id: string | undefined): VsoSeries {
  const file = site.config.vsoExports;
  if (file === undefined) throw new DasError("NOT_FOUND", "This server has no streaming export");
  let registry = registries.get(site);
  if (registry === undefined) {
    registry = watchRegistry(file);
    registries.set(site, registry);
  }
  const series = id === undefined ? undefined : registry.read().get(id);
  if (series === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      id === undefined ? "series is missing" : `series ${JSON.stringify(id.slice(0, 60))} is not known here`,
    );
  return series;
}

/** What is no letter or digit becomes `_`; the extension stays. Source: netdrms-export C. */
function safeName(name: string): string {
  const [, stem = name, extension = ""] = /^(.*?)(\.[A-Za-z0-9]{1,8})?$/s.exec(name) ?? [];
  return stem.replaceAll(/[^A-Za-z0-9_]/g, "_") + extension;
}

function errorPage(status: number, message: string): Response {
  return textResponse(
    status,
    "text/html",
    `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Export</title></head>
<body>
<h1>The export cannot be made</h1>
<p>${escapeMarkup(message)}</p>
</body>
</html>
`,
  );
}
