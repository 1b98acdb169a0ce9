import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../readers/drms-keywords/index.js")).drmsKeywords);
