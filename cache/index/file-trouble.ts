import { DasError } from "../../errors/das-error.js";
import { isDiskFull, systemCode } from "../store/store-error.js";
import { indexAway } from "./redis-link.js";

/** Does a step with files of the index. Errors: INDEX_AWAY where the system does not let it, with its word for that in `where`. */
export async function withFiles<T>(what: "read" | "written", step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof DasError) throw error;
    const why = isDiskFull(error) ? "the disk is full" : (systemCode(error) ?? "for an internal reason");
    throw indexAway(`files of the index cannot be ${what}: ${why}`, error);
  }
}
