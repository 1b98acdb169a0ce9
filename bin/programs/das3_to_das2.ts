import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../formats/das3/to-das2.js")).das3ToDas2);
