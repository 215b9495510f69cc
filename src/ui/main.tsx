import { startTrainer } from "../workers/trainerClient";
import { mount } from "./mount";

mount(startTrainer());
