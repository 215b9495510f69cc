import { extname } from "node:path";
import { InvalidInput } from "../engine/core/errors";
import { applyChanges } from "../engine/spec/changes";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { decodeLink } from "../engine/spec/link";
import { parseSpec, parseSpecText } from "../engine/spec/parseSpec";
import { findPreset } from "../engine/spec/presets";
import { PARAM_TABLES } from "../engine/spec/registries";
import { readRunFile } from "../engine/training/runFile";
import type { Io } from "./io";

/** Reads an experiment from a share link, a run file, a spec file or a preset's name. */
export function openExperiment(name: string, io: Io): ExperimentSpec {
	if (name.includes("#")) return openLink(name.slice(name.indexOf("#")), io);
	if (name.endsWith(".zip")) return readRunFile(io.readBytes(name), name).spec;
	// A word without dot or slash is meant as a preset: an unknown one gets the list of presets, not a missing file.
	if (extname(name) === "" && !/[\\/]/.test(name)) return findPreset(name).spec;
	return parseSpecText(io.readText(name), name);
}

/** What a link says is data: values out of range are clamped, unknown ones left out, each with a sentence. */
function openLink(text: string, io: Io): ExperimentSpec {
	const link = decodeLink(text);
	if (!link.ok) throw new InvalidInput(link.message);
	const { preset, changes } = link.state;
	const { spec, notices } = applyChanges(findPreset(preset).spec, changes, PARAM_TABLES);
	for (const notice of [...link.notices, ...notices]) io.note(`ascribe: ${notice}`);
	return parseSpec(spec);
}
