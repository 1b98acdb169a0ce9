import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../readers/random/index.js")).random);
