import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../readers/voyager-pws/index.js")).voyagerPws);
