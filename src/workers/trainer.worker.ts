import { expose } from "comlink";
import { Trainer } from "./trainer";
import { workerHost } from "./workerHost";

expose(new Trainer(workerHost));
