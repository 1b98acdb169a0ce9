import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../reducers/bin-avgsec.js")).binAvgsec);
