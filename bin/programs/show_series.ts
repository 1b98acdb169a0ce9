import { showSeries } from "../../netdrms/programs/show-series.js";
import { runModuleProcess } from "../run-module.js";

runModuleProcess(showSeries);
