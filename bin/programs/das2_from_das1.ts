import { killPipelinesOnSignal } from "../../pipeline/process-group.js";
import { runProgram } from "../run-program.js";

killPipelinesOnSignal();
runProgram(async () => (await import("../../pipeline/das1.js")).fromDas1);
