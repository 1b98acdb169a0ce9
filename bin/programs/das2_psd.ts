import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../reducers/psd/psd.js")).psd);
