import { localId } from "../../dsdf/flex/view-facts.js";
import { hapiObstacle } from "../../dsdf/hapi-fit.js";
import { timeText } from "../../dsdf/stages.js";
import { hapiTime } from "../../formats/hapi/info.js";
import { hapiRange, sampleRanges } from "../../formats/hapi/source-facts.js";
import { addSeconds, compareTimes, type Time, type TimeRange } from "../../stream/time.js";
import type { ArchiveSeries } from "./archive-series.js";
import type { Chosen } from "./chosen-range.js";
import { dataUrl, isAskedByPath, type ShownSource, textWords } from "./data-query.js";
import { plusText, queryText } from "./readable-url.js";

/** What to paste into one client. */
export interface ClientLine {
  /** The name of the client. */
  readonly client: string;
  /** What comes of it, or what is needed. */
  readonly about: string;
  readonly text: string;
}

/** What of a server the lines tell. */
export interface ClientFacts {
  /** Absolute URL of the server, without a `/` at its end. */
  readonly server: string;
  readonly hasHapi: boolean;
  readonly now: Date;
  /** Longest range at full resolution that one request may have; missing: any. */
  readonly longestSeconds?: number;
  /** The series of the archive that the source reads, where clients may have it. */
  readonly series?: ArchiveSeries;
}

/**
 * Lines for the clients that can have a source, for the chosen range. Ids and parameters are percent-encoded, so that nothing of them
 * ends a string of a shell or of Python. Source: das2-server 11.3, 21.1 to 21.4.
 */
export function clientLines(shown: ShownSource, chosen: Chosen, facts: ClientFacts): readonly ClientLine[] {
  return [
    ...autoplot(shown, chosen, facts),
    ...hapi(shown, chosen, facts),
    ...das2py(shown, chosen, facts),
    ...drms(chosen, facts),
    ...shell(shown, chosen, facts),
  ];
}

function autoplot(shown: ShownSource, chosen: Chosen, { server }: ClientFacts): readonly ClientLine[] {
  const { source } = shown;
  if (isAskedByPath(shown) || source.form === "file" || source.form === "das3") return [];
  const { begin, end, interval, params } = chosen;
  const uri =
    `vap+das2server:${server}?dataset=${queryText(source.id)}&start_time=${begin}&end_time=${end}` +
    `${interval === undefined ? "" : `&interval=${interval}`}${params === undefined ? "" : `&${plusText(params).replaceAll("%3D", "=")}`}`;
  return [{ client: "Autoplot", about: "an address for its address bar", text: uri }];
}

/**
 * The chosen range for clients of HAPI: of it what lies within that of the data set, for what leaves that is refused, and no more than
 * one request may have; where none of it does, a short range with data.
 */
function rangeForHapi({ source }: ShownSource, { range }: Chosen, facts: ClientFacts): TimeRange | undefined {
  const { now, longestSeconds } = facts;
  const whole = hapiRange(source, now);
  if (whole === undefined) return undefined;
  const common = overlap(range, whole);
  const data = compareTimes(common.begin, common.end) < 0 ? common : sampleRanges(source, now)[0];
  if (data === undefined || longestSeconds === undefined) return data;
  return overlap(data, { begin: data.begin, end: addSeconds(data.begin, longestSeconds) });
}

function overlap(a: TimeRange, b: TimeRange): TimeRange {
  return {
    begin: compareTimes(a.begin, b.begin) > 0 ? a.begin : b.begin,
    end: compareTimes(a.end, b.end) < 0 ? a.end : b.end,
  };
}

function hapi(shown: ShownSource, chosen: Chosen, facts: ClientFacts): readonly ClientLine[] {
  const { source, isFlex } = shown;
  const { server, hasHapi } = facts;
  if (!hasHapi || isFlex || source.access.length > 0 || hapiObstacle(source) !== undefined) return [];
  const range = rangeForHapi(shown, chosen, facts);
  if (range === undefined) return [];
  const [part] = source.subSources;
  const id = source.requiresInterval && part !== undefined ? `${source.id},${part.key}` : source.id;
  const [begin, end] = [hapiTime(range.begin), hapiTime(range.end)];
  const base = `${server}/hapi`;
  return [
    {
      client: "Autoplot, by HAPI",
      about: "every record, whatever the screen shows",
      text: `vap+hapi:${base}?id=${plusText(id)}&timerange=${begin}/${end}`,
    },
    {
      client: "hapiclient",
      about: "Python: an array of records, and what they mean",
      text: `from hapiclient import hapi\n\ndata, meta = hapi('${base}', '${queryText(id)}', '', '${begin}', '${end}')`,
    },
    {
      client: "curl, by HAPI",
      about: "CSV, with a header that says what the columns are",
      text: `curl '${base}/data?dataset=${queryText(id)}&start=${begin}&stop=${end}&include=header'`,
    },
  ];
}

function das2py(shown: ShownSource, chosen: Chosen, { server }: ClientFacts): readonly ClientLine[] {
  if (shown.source.form === "file" || shown.source.form === "qstream") return [];
  const hasPort = /:\d+$/.test(new URL(server).host);
  return [
    {
      client: "das2py",
      about: `Python: datasets; from version 3 on behind the header of the stream${hasPort ? ". Versions before 3 ask at the usual port alone" : ""}`,
      text: `import das2\n\nresult = das2.read_http('${dataUrl(server, shown, chosen)}')`,
    },
  ];
}

/** A time as a record set has it: UTC to the second. */
function drmsTime(time: Time): string {
  return `${timeText(time)
    .replace(/\.\d*$/, "")
    .replaceAll("-", ".")
    .replace("T", "_")}_UTC`;
}

function drms({ range }: Chosen, { server, series }: ClientFacts): readonly ClientLine[] {
  if (series === undefined) return [];
  const { name, keywords } = series;
  const records = `${name}[${drmsTime(range.begin)}-${drmsTime(range.end)}]`;
  const more = keywords.length === 0 ? "" : ` + [${keywords.map((keyword) => `'${keyword}'`).join(", ")}]`;
  return [
    {
      client: "drms",
      about: `Python: the records of ${name} that the source is made from`,
      text: `import drms

here = drms.config.ServerConfig(
    name='here',
    cgi_baseurl='${server}/jsoc/',
    cgi_show_series='show_series',
    cgi_jsoc_info='jsoc_info',
    cgi_jsoc_fetch='jsoc_fetch',
    cgi_check_address='checkAddress.sh',
    http_download_baseurl='${server}/jsoc/',
)
client = drms.Client(server=here)
records = client.query('${records}', key=client.pkeys('${name}')${more})`,
    },
  ];
}

function shell(shown: ShownSource, chosen: Chosen, { server }: ClientFacts): readonly ClientLine[] {
  const { source } = shown;
  const isClosed = source.access.some(({ method }) => method !== "age");
  const url = dataUrl(server, shown, chosen);
  const [curlUser, wgetUser] = isClosed ? ["-u USER ", "--user=USER --ask-password "] : ["", ""];
  const lines: ClientLine[] = [];
  if (source.form === "file" || source.form === "qstream")
    lines.push({
      client: "curl",
      about: "a file, under the name that the server gives it",
      text: `curl ${curlUser}-OJ '${url}'`,
    });
  else
    lines.push({
      client: "curl",
      about: "text on the screen",
      text: `curl ${curlUser}'${dataUrl(server, shown, chosen, textWords(shown))}'`,
    });
  lines.push({
    client: "wget",
    about:
      source.form === "file"
        ? "the same"
        : "a binary stream, in a file under the name that the server gives it",
    text: `wget ${wgetUser}--content-disposition '${url}'`,
  });
  if (source.realTime)
    lines.push({
      client: "curl, live",
      about: "events with new records as they come",
      text: `curl ${curlUser}-N '${server}/source/${localId(source).split("/").map(queryText).join("/")}/live?read.time.min=now'`,
    });
  return lines;
}
