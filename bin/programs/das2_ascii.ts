import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../formats/ascii.js")).ascii);
