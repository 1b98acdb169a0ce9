import { DasError } from "../../errors/das-error.js";
import type { Query } from "../query.js";

/** Requests of the key-based log-in of old clients, which modern ones replaced by HTTP Basic. Source: das2-server 2.11. */
export const legacy: Query = ({ trace }) => {
  throw new DasError("NOT_IMPLEMENTED", `server=${trace.query} is not implemented; log in with HTTP Basic`);
};
