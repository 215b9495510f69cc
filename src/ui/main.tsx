import { startFiles } from "../workers/filesClient";
import { startLab } from "../workers/labClient";
import { startTrainer } from "../workers/trainerClient";
import { mount } from "./mount";

mount(startTrainer(), startLab(), startFiles());
