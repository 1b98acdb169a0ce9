import { asDasError, type DasError } from "../../../errors/das-error.js";
import type { ExportItem } from "../../export/export-records.js";
import { exportSet } from "../../export/export-set.js";
import { type DrmsModule, defineModule, OutputGone } from "../../module/module.js";
import { showPlace } from "../../query/query-text.js";
import { seriesCatalog } from "../../series/series-cache.js";
import { DECLARATION, type ExportContext, type ExportInput, STATUS } from "./declaration.js";
import { recordSets, setOptions } from "./export-options.js";
import { toFolder, toKeywordTable, toSingle, toStage, toTar } from "./outputs.js";

/** `drms_export`. Source: export A1, part C, docs/archive-programs.md. */
export function drmsExport(input: ExportInput): DrmsModule<typeof DECLARATION> {
  return defineModule(DECLARATION, {
    async run(context) {
      try {
        return await exportAs(context, input);
      } catch (error) {
        // Nobody reads any more; what that means is the same for all modules.
        if (error instanceof OutputGone) throw error;
        const failure = asDasError(error, "the export");
        context.log(`drms_export: ${showPlace(failure)}`);
        if (failure.code === "INTERNAL") context.log(String(failure.where.detail));
        return statusOf(failure);
      }
    },
  });
}

function statusOf(failure: DasError): number {
  if (failure.where.status === STATUS.template || failure.where.status === STATUS.notSingle)
    return failure.where.status;
  switch (failure.code) {
    case "ARCHIVE_AWAY":
    case "ARCHIVE_FAILED":
    case "TIME_LIMIT":
      return STATUS.database;
    case "FITS_TOO_LARGE":
      return STATUS.tooLarge;
    default:
      return STATUS.arguments;
  }
}

async function exportAs(context: ExportContext, input: ExportInput): Promise<number> {
  const { values, database } = context;
  const sets = await recordSets(context);
  const options = await setOptions(context, input);
  const catalog = seriesCatalog(database);
  if (values.k) return toKeywordTable(context, sets, options.naming);
  const items = itemsOf();
  if (values.stage !== undefined) return toStage(context, input, items, values.stage);
  if (values.out !== undefined) return toFolder(context, input, items, values.out);
  return values.s ? toSingle(context, sets, items) : toTar(context, input, items);

  async function* itemsOf(): AsyncGenerator<ExportItem> {
    for (const set of sets) yield* exportSet({ drms: database, catalog }, set, options);
  }
}
