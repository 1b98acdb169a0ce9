/** What a value of a record is written as; a `file` is the query of a request for the file that belongs to the time of the record. */
export type HapiKind = "time" | "number" | "text" | "file";

/** One parameter as the data have it: a column, or as many as it has items. */
export interface HapiColumn {
  readonly name: string;
  readonly kind: HapiKind;
  /** Values a record; more than one make an array. */
  readonly items: number;
  /** Bytes of one value; times and texts only. */
  readonly length?: number;
  /** Of a table the digest of the y tags: another one means that the values stand for something else. Of a file the seconds of its range. */
  readonly tags?: string;
}

/** One axis of an array. Source: HAPI 3.3, section 3.6.13. */
export interface HapiBins {
  readonly name: string;
  readonly units: string;
  readonly label?: string;
  /** Ascending or not, one for each item. */
  readonly centers: readonly number[];
  /** Begin and end of each bin; missing where the centres are in no order. */
  readonly ranges?: readonly (readonly [number, number])[];
}

/** What the texts of a parameter lead to. Source: HAPI 3.3, section 3.6.6. */
export type HapiStringType =
  | "uri"
  | {
      readonly uri: { readonly mediaType?: string; readonly scheme?: string; readonly base?: string };
    };

/** One parameter as the header describes it. Source: HAPI 3.3, section 3.6.7. */
export interface HapiParameter {
  readonly name: string;
  readonly type: "isotime" | "double" | "string";
  readonly length?: number;
  readonly size?: readonly number[];
  readonly units: string | null;
  readonly fill: string | null;
  readonly description?: string;
  readonly label?: string;
  readonly stringType?: HapiStringType;
  readonly bins?: readonly HapiBins[];
}

/** A parameter with its column and the other names under which it may be asked for. */
export interface DescribedParameter {
  readonly column: HapiColumn;
  readonly parameter: HapiParameter;
  readonly aliases: readonly string[];
}

/** Bytes of a time with so many digits of the fraction of seconds, `Z` included. */
export function timeLength(digits: number): number {
  return digits === 0 ? 20 : 21 + digits;
}

/** Digits of the fraction of a time of so many bytes. */
export function timeDigits(length: number): number {
  return length <= 21 ? 0 : length - 21;
}
