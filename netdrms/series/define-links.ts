import { isDasError } from "../../errors/das-error.js";
import { checkDifferent, checkMemberName, checkText } from "./definition-checks.js";
import { definitionError } from "./jsd-line.js";
import { SERIES_LIMITS } from "./limits.js";
import { shown } from "./master-row.js";
import type { Link, PrimeKey, Series } from "./model.js";
import { columnName, SERIES_NAME_SYNTAX, splitSeriesName } from "./names.js";
import type { SeriesCatalog } from "./series-cache.js";
import type { LinkDefinition, PlaceOf } from "./series-definition.js";

/** A link in the making, and the series that it leads to where the archive has it. */
export interface LinkToTarget {
  readonly definition: LinkDefinition;
  readonly target: Series | undefined;
}

/**
 * Looks up where the links of a definition lead to. A static link may lead to a series that is made later; a dynamic one has the
 * columns of its target's prime keys, so its target must be there, or be the series itself.
 *
 * @param own name of the series in the making
 * Errors: BAD_DEFINITION, and those of {@link SeriesCatalog.series} but NO_SUCH_SERIES. Source: netdrms 1.8, 2.4.
 */
export async function findTargets(
  definitions: readonly LinkDefinition[],
  own: string,
  catalog: SeriesCatalog,
  placeOf: PlaceOf,
): Promise<readonly LinkToTarget[]> {
  const placed = (name: string) => placeOf("link", name);
  const found: LinkToTarget[] = [];
  // One after the other, as a transaction runs its statements.
  for (const definition of definitions) {
    const { name, targetSeries, kind, description } = definition;
    const place = placed(name);
    checkMemberName(place, name);
    checkText(place, "description", description, SERIES_LIMITS.description);
    if (splitSeriesName(targetSeries) === undefined)
      throw definitionError(place, `series ${shown(targetSeries)}, expected ${SERIES_NAME_SYNTAX}`);
    const target = isSame(targetSeries, own) ? undefined : await seriesOf(catalog, targetSeries);
    if (target === undefined && kind === "dynamic" && !isSame(targetSeries, own))
      throw definitionError(place, `the archive has no series ${targetSeries}, which a dynamic link needs`);
    found.push({ definition, target });
  }
  checkDifferent(
    definitions.map(({ name }) => name),
    placed,
    (name) => `a second link ${name}, expected different names`,
  );
  return found;
}

async function seriesOf(catalog: SeriesCatalog, name: string): Promise<Series | undefined> {
  try {
    return await catalog.series(name);
  } catch (error) {
    if (isDasError(error, "NO_SUCH_SERIES")) return undefined;
    throw error;
  }
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** The link with its columns. @param ownKeys prime keys of the series in the making, for links to itself. Source: netdrms 2.4. */
export function linkOf({ definition, target }: LinkToTarget, ownKeys: readonly PrimeKey[]): Link {
  const { name, targetSeries, kind, description } = definition;
  const member = { name, targetSeries: target?.name ?? targetSeries, description };
  if (kind === "static") return { kind, ...member, column: columnName(`ln_${name}`) };
  const keys = (target?.primeKeys ?? ownKeys).map(({ internal }) => {
    const column = internal.column ?? columnName(internal.name); // prime keys have one
    return { column: columnName(`ln_${name}_${column}`), target: column, type: internal.type };
  });
  return { kind, ...member, setColumn: columnName(`ln_${name}_isset`), keys };
}
