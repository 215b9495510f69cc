import { expose } from "comlink";
import { giveWayToMessages } from "./courtesy";
import { Trainer } from "./trainer";
import { workerHost } from "./workerHost";

giveWayToMessages();
expose(new Trainer(workerHost));
