import { startFiles } from "../workers/filesClient";
import { startLab } from "../workers/labClient";
import { startTrainer } from "../workers/trainerClient";
import { firstPicture } from "./firstPicture";
import { mount } from "./mount";

mount(startTrainer(), startLab(firstPicture), startFiles());
