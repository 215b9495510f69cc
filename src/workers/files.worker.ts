import { expose } from "comlink";
import { Files } from "./files";

expose(new Files(() => performance.now()));
