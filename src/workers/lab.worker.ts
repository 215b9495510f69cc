import { expose } from "comlink";
import { giveWayToMessages } from "./courtesy";
import { Lab } from "./lab";

giveWayToMessages();
expose(new Lab());
