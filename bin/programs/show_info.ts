import { showInfo } from "../../netdrms/programs/show-info/index.js";
import { runModuleProcess } from "../run-module.js";

runModuleProcess(showInfo);
