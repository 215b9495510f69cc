import { extname } from "node:path";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { parseSpecText } from "../engine/spec/parseSpec";
import { findPreset, PRESETS } from "../engine/spec/presets";
import { readRunFile } from "../engine/training/runFile";
import type { Io } from "./io";

/** Reads an experiment from a preset's name, a spec file or a run file. */
export function openExperiment(name: string, io: Io): ExperimentSpec {
	if (PRESETS.some((preset) => preset.id === name || preset.id.startsWith(`${name}@`))) return findPreset(name).spec;
	if (name.endsWith(".zip")) return readRunFile(io.readBytes(name), name).spec;
	// A word without dot or slash was meant as a preset: say which there are, not that a file is missing.
	if (extname(name) === "" && !/[\\/]/.test(name)) return findPreset(name).spec;
	return parseSpecText(io.readText(name), name);
}
