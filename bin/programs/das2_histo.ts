import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../reducers/histo/histo.js")).histo);
