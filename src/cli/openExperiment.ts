import { extname } from "node:path";
import { InvalidInput } from "../engine/core/errors";
import { applyChanges } from "../engine/spec/changes";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { decodeLink } from "../engine/spec/link";
import { parseSpec, parseSpecText } from "../engine/spec/parseSpec";
import { findPreset } from "../engine/spec/presets";
import { queryOf } from "../engine/spec/query";
import { PARAM_TABLES } from "../engine/spec/registries";
import { type EarlierRun, madeOn } from "../engine/training/reproduction";
import { readRunFile } from "../engine/training/runFile";
import type { Io } from "./io";

/** Reads an experiment from a share link, a run file, a spec file or a preset's name. */
export function openExperiment(name: string, io: Io): ExperimentSpec {
	return openEarlier(name, io).spec;
}

/** An experiment with what its link or run file tells of the run that was made with it; without fingerprints where there was none. */
export function openEarlier(name: string, io: Io): EarlierRun {
	if (/#./.test(name)) return openLink(name.slice(name.indexOf("#")), io);
	if (isLink(name)) return { spec: openQuery(name.replace(/#$/, ""), io), fingerprints: [] };
	if (name.endsWith(".zip")) return openRunFile(name, io);
	return { spec: openSpecOf(name, io), fingerprints: [] };
}

/** How messages name an experiment; a link is too long to be told again. */
export const shownName = (name: string): string => (isLink(name) ? "the link" : name);

export const isLink = (name: string): boolean => /#|^\?|^https?:\/\//.test(name);

/** Settings that somebody wrote into an address by hand, `https://…/?preset=keydoor@1&seed=7`, or that part of it after the question mark. */
function openQuery(address: string, io: Io): ExperimentSpec {
	const [, search = ""] = address.split("?");
	const query = queryOf(new URLSearchParams(search));
	if (query?.preset === undefined)
		throw new InvalidInput("The address names no experiment; it needs a link after #, or ?preset=ID.");
	const { spec, notices } = applyChanges(findPreset(query.preset).spec, query.changes, PARAM_TABLES);
	for (const notice of notices) io.note(`ascribe: ${notice}`);
	return parseSpec(spec);
}

function openRunFile(name: string, io: Io): EarlierRun {
	const { spec, label, fingerprints } = readRunFile(io.readBytes(name), name);
	const on = label && madeOn(label);
	return {
		spec,
		fingerprints: label ? fingerprints.map((f) => `${label.kind}:${f.fingerprint}@${f.step}`) : [],
		...(on ? { madeOn: on } : {}),
	};
}

function openSpecOf(name: string, io: Io): ExperimentSpec {
	// A word without dot or slash is meant as a preset: an unknown one gets the list of presets, not a missing file.
	if (extname(name) === "" && !/[\\/]/.test(name)) return findPreset(name).spec;
	return parseSpecText(io.readText(name), name);
}

/** What a link says is data: values out of range are clamped, unknown ones left out, each with a sentence. */
function openLink(text: string, io: Io): EarlierRun {
	const link = decodeLink(text);
	if (!link.ok) throw new InvalidInput(link.message);
	const { preset, changes, fingerprints, madeOn, file } = link.state;
	const { spec, notices } = applyChanges(findPreset(preset).spec, changes, PARAM_TABLES);
	for (const notice of [...link.notices, ...notices]) io.note(`ascribe: ${notice}`);
	if (file) io.note("ascribe: the link points into a file, which is not read: only the settings of the link are used.");
	return { spec: parseSpec(spec), fingerprints, ...(madeOn ? { madeOn } : {}) };
}
