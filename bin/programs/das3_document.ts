import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../formats/das3/document.js")).das3Document);
