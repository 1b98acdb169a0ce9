import { killPipelinesOnExit } from "../../pipeline/process-group.js";
import { runProgram } from "../run-program.js";

killPipelinesOnExit();
runProgram(async () => (await import("../../pipeline/das1.js")).fromDas1);
