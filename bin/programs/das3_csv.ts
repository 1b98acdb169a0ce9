import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../formats/csv/csv.js")).csv);
