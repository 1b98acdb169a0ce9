import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../formats/hapi/hapi.js")).hapi);
