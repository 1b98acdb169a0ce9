import { DasError } from "../../errors/das-error.js";
import type { Das3Dataset, Das3Dimension, Das3PacketContent, Das3Variable } from "./model.js";

/** A variable that every record has values of, in the order of the records. */
export interface RecordVariable {
  readonly dimension: Das3Dimension;
  readonly variable: Das3Variable;
  readonly content: Das3PacketContent;
  /** Neither numbers nor times: das2 has no form for them. */
  readonly isForeign: boolean;
}

/** The values of a variable along its last index, for one place along the others. */
export interface Run {
  /** The place along each index before the last that the variable varies along. */
  readonly outer: readonly number[];
  /** Numbers of all its values: those of a vector stand together. */
  readonly atoms: number;
}

/** The error for a dataset that das2 has no form for. */
export function unsuited(what: string): DasError {
  return new DasError("NOT_IMPLEMENTED", `a das3 dataset without das2 form: ${what}`);
}

/**
 * The variables that stand in the records of a dataset.
 * Errors: NOT_IMPLEMENTED for data that stand in its header. Source: das2-stream C4.
 */
export function recordVariables({ dimensions }: Das3Dataset): readonly RecordVariable[] {
  return dimensions.flatMap((dimension) =>
    dimension.variables.flatMap((variable) => {
      const { content } = variable;
      if (content.kind === "packet")
        return [{ dimension, variable, content, isForeign: isForeign(variable, content) }];
      if (dimension.kind === "data") throw unsuited("data that stand in the header");
      return [];
    }),
  );
}

function isForeign({ semantic }: Das3Variable, { encoding }: Das3PacketContent): boolean {
  if (semantic === "string" || semantic === "blob" || encoding === "blob" || encoding === "base64")
    return true;
  return semantic === "bool" && encoding === "utf8";
}

/** Places of the indices, after that of the records, along which a variable varies. */
export function dependentPlaces({ index }: Pick<Das3Variable, "index">): readonly number[] {
  return index.flatMap((size, place) => (place > 0 && size !== "-" ? [place] : []));
}

/** Runs of one variable in a record of fixed length. */
const MOST_RUNS = 65_536;

/** The runs of a variable whose sizes the header says. Errors: NOT_IMPLEMENTED for more than 65,536. */
export function runsOfHeader({ index, components }: Das3Variable): readonly Run[] {
  const sizes = dependentPlaces({ index }).map((place) => Number(index[place]));
  const last = sizes.pop() ?? 1;
  const count = sizes.reduce((product, size) => product * size, 1);
  if (count > MOST_RUNS) throw unsuited(`tables of ${count} rows in each record`);
  let outers: readonly (readonly number[])[] = [[]];
  for (const size of sizes)
    outers = outers.flatMap((outer) => Array.from({ length: size }, (_, at) => [...outer, at]));
  return outers.map((outer) => ({ outer, atoms: last * components }));
}

/** Whether a coordinate has a value of its own at each place along an index, in every record. */
export function isTagOfRecords({ dimension, variable, isForeign }: RecordVariable): boolean {
  return dimension.kind === "coord" && !isForeign && dependentPlaces(variable).length > 0;
}

/**
 * How many variables at the begin of a record have a width that the header says; all, or all but some at its end that are left out
 * anyway. `undefined`: the records of the dataset have to be looked through, or define their tags themselves.
 */
export function fixedVariables(variables: readonly RecordVariable[]): number | undefined {
  let tail = variables.length;
  while (tail > 0 && variables[tail - 1]?.isForeign) tail--;
  const varying = variables.findIndex((one) => isVarying(one) || isTagOfRecords(one));
  if (varying < 0) return variables.length;
  return varying >= tail ? varying : undefined;
}

function isVarying({ variable, content }: RecordVariable): boolean {
  const isRagged = variable.index.slice(1).some((size) => size === "*" || size === "^");
  return isRagged || content.items === undefined || content.itemBytes === undefined;
}
