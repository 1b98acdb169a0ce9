import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../readers/goes-xrs/index.js")).goesXrs);
