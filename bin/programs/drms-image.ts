import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../readers/drms-image/index.js")).drmsImage);
