import type { Plugin } from "vite";

/** Vite plugin: a script that asks for the recording of the address's preset before the page's own scripts are there. */
export function firstRecording(): Plugin;
