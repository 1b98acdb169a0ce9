import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../readers/drms-export/index.js")).drmsExport);
