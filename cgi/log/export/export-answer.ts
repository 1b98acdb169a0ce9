import type { Request, Response } from "../../http.js";
import type { Site } from "../../site.js";
import type { LogQuestion } from "../log-question.js";
import { logRoom } from "../log-room.js";
import { EXPORT_FORMS, type ExportForm, exportBody } from "./export-body.js";

/** Everything that the filter wants, as a file. */
export function exportAnswer(
  request: Request,
  site: Site,
  question: LogQuestion,
  form: ExportForm,
): Response {
  const { indexes } = logRoom(site);
  const { before: _page, ...filter } = question.filter;
  const name = `requests-${site.now().toISOString().slice(0, 19).replaceAll(":", "")}.${form}`;
  return {
    status: 200,
    headers: [
      ["Content-Type", EXPORT_FORMS[form].type],
      ["Content-Disposition", `attachment; filename="${name}"`],
    ],
    body: exportBody({ files: question.files, indexes }, filter, form, request.signal),
  };
}
