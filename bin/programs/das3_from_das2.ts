import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../formats/das3/from-das2.js")).das3FromDas2);
