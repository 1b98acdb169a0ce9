import type { Das3Value } from "../das3-property.js";

/** What a variable is of its dimension; das2-stream C4.1. */
export type Das3Use =
  | "center"
  | "offset"
  | "average"
  | "count"
  | "min"
  | "reference"
  | "max"
  | "width"
  | "std_dev"
  | "min_error"
  | "max_error"
  | "norm";

/** A property of das3: name, and type, units and value; das2-stream C3. */
export interface Das3Property {
  readonly name: string;
  readonly value: Das3Value;
}

/** How far a variable goes along each index of its dataset: so many values, `*` or `^` as many as come, `-` it does not vary. */
export type Das3Index = readonly (number | "*" | "-" | "^")[];

/** Where the values of a variable come from; das2-stream C4.2. */
export type Das3Content =
  | { readonly kind: "values"; readonly values: Float64Array /** As received. */; readonly text?: string }
  | {
      readonly kind: "sequence";
      readonly min: number;
      /** Step along each index, missing where the variable does not vary. */
      readonly interval: readonly (number | undefined)[];
    }
  | {
      readonly kind: "packet";
      /** Atoms in a record; missing: as many as come. */
      readonly items?: number;
      /** Bytes of an atom; missing: as many as come. */
      readonly itemBytes?: number;
      readonly encoding: Das3Encoding;
      /** In text form. */
      readonly fill?: string;
      /** Ends a value of variable width; missing: white space does. */
      readonly valueEnd?: string;
      /** Ends of the runs along each ragged index, or along each index but that of the records, in text; outermost first. */
      readonly runEnds?: readonly string[];
    };

/** A variable whose values are in the records. */
export type Das3PacketContent = Extract<Das3Content, { kind: "packet" }>;

/** How an atom is written in a record; das2-stream C4.2. */
export type Das3Encoding =
  | "byte"
  | "ubyte"
  | "BEint"
  | "BEuint"
  | "BEreal"
  | "LEint"
  | "LEuint"
  | "LEreal"
  | "utf8"
  | "blob"
  | "base64";

/** A variable, scalar or of several components; das2-stream C4.1. */
export interface Das3Variable {
  readonly use: Das3Use;
  readonly units: string;
  readonly semantic: "bool" | "datetime" | "integer" | "real" | "string" | "blob";
  readonly storage?: string;
  readonly index: Das3Index;
  /** 1 for a scalar. */
  readonly components: number;
  /** What each component of a vector is called. */
  readonly directions?: readonly string[];
  readonly properties: readonly Das3Property[];
  readonly content: Das3Content;
}

/** A coordinate or data dimension. */
export interface Das3Dimension {
  readonly kind: "coord" | "data";
  readonly physDim: string;
  readonly name: string;
  readonly axis?: string;
  readonly properties: readonly Das3Property[];
  readonly variables: readonly Das3Variable[];
}

/** What a `<dataset>` says; das2-stream C4. */
export interface Das3Dataset {
  readonly name: string;
  /** Sizes along each index; the first is `*`. */
  readonly index: readonly (number | "*")[];
  readonly properties: readonly Das3Property[];
  readonly dimensions: readonly Das3Dimension[];
}
