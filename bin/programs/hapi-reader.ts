import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../readers/hapi-reader/index.js")).hapiReader);
