export { shortestReal, shortestReal4 } from "./number-shortest.js";
export { isBlankOrBad, readReal } from "./number-text-in.js";
export { formatExponential, writeExponential } from "./number-text-out.js";
