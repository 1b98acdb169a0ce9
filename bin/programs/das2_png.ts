import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../formats/png/png.js")).png);
