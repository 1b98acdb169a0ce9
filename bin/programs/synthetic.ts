import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../readers/synthetic/index.js")).synthetic);
