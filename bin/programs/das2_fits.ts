import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../formats/fits/fits.js")).fits);
