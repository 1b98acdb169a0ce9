import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../formats/arrow/arrow.js")).arrow);
