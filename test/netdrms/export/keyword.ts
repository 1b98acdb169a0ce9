import type { ExportKeyword } from "../../../netdrms/export/keyword-cards.js";
import type { Keyword } from "../../../netdrms/series/model.js";
import type { DrmsValue } from "../../../netdrms/values/drms-type.js";

/** A variable keyword of a series; what is not given is as JSD files mostly have it. */
export function keyword(name: string, type: Keyword["type"], more: Partial<Keyword> = {}): Keyword {
  return {
    name,
    baseName: name.replace(/_\d{3}$/, ""),
    type,
    class: "variable",
    defaultText: "DRMS_MISSING_VALUE",
    format: type === "time" ? "0" : "",
    unit: "none",
    description: "",
    implicit: false,
    rank: 1,
    column: name.toLowerCase(),
    ...more,
  };
}

/** A keyword with its value; `source` where it is linked. */
export function valued(own: Keyword, value: DrmsValue | undefined, source = own): ExportKeyword {
  return { keyword: own, source, value };
}
