import { applyChanges } from "../engine/spec/changes";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { decodeLink, type LinkState } from "../engine/spec/link";
import { parseSpec } from "../engine/spec/parseSpec";
import { findPreset } from "../engine/spec/presets";
import { queryOf } from "../engine/spec/query";
import { PARAM_TABLES } from "../engine/spec/registries";
import { forgetWanted, isFilePlace, wantFile } from "./files/wantedFile";
import { intoWhat, isPlace, readSelection } from "./linkedSelection";
import { isViewPart, readView } from "./linkView";
import { taskOf } from "./registries";
import { addLinkedRun } from "./runs/pastRuns";
import { choosePreset, draftStore } from "./stores/draft";
import { isLayoutName, layoutStore } from "./stores/layout";
import { type Opened, setBackend } from "./stores/run";

/** Takes the settings of a link as the draft. It never starts work, and never throws. @returns null without a link. */
export function openLink(hash: string): Opened | null {
	const decoded = decodeLink(hash);
	if (!decoded.ok)
		return decoded.reason === "empty"
			? null
			: {
					...refusal(decoded.message),
					...(decoded.reason === "newer" ? { newer: { link: hash, shown: "nothing-yet" } } : {}),
				};
	return openState(decoded.state, decoded.notices);
}

/**
 * Takes what this version understands of a link of a newer one: settings, view and note. What its run came to is left aside, since its
 * settings may say more than was understood. Never throws.
 */
export function openNewerLink(link: string): Opened {
	const decoded = decodeLink(link, { newer: true });
	if (!decoded.ok) return { ...refusal(decoded.message), newer: { link, shown: "nothing" } };
	const { curve: _, ...state } = decoded.state;
	const { notices, note, spec } = openState(state, decoded.notices);
	return { notices, note, fingerprints: [], newer: { link, shown: spec ? "part" : "nothing" } };
}

function openState(state: LinkState, told: readonly string[]): Opened {
	const { preset: id, changes, view, build, note, fingerprints, madeOn, curve, file } = state;
	try {
		const preset = findPreset(id);
		const { spec, notices } = applyChanges(preset.spec, changes, PARAM_TABLES);
		const { usable, problem } = usableSpec(parseSpec(spec));
		choosePreset(preset.id, usable);
		forgetWanted();
		const isKnown = (name: string) => isViewPart(name) || (file ? isFilePlace(name) : isPlace(name));
		const unknown = Object.keys(view).filter((name) => !isKnown(name));
		const seen = [
			...unknown.map((name) => `The view has no ${JSON.stringify(name)}.`),
			...readView(view),
			...readSelection(file ? {} : view, intoWhat(fingerprints), usable),
			...(file ? wantFile(file, view) : []),
		];
		addLinkedRun(usable, curve);
		chooseExecutor(fingerprints);
		const all = [...told, ...notices, ...problem, ...seen];
		return {
			notices: all,
			note,
			build,
			fingerprints,
			spec: usable,
			...(madeOn ? { madeOn } : {}),
			...(curve ? { curve } : {}),
		};
	} catch (error) {
		return { ...refusal((error as Error).message), note };
	}
}

/**
 * Settings written into the address by hand, `?preset=keydoor@1&layout=learn&method=rloo&seed=7`, as a teacher does it.
 * @returns null without a query; sentences about what was not understood otherwise. Never throws.
 */
export function openQuery(search: string): Opened | null {
	const query = queryOf(new URLSearchParams(search));
	if (!query) return null;
	const { layout, changes } = query;
	try {
		const preset = findPreset(query.preset ?? draftStore.getState().presetId);
		const { spec, notices } = applyChanges(preset.spec, changes, PARAM_TABLES);
		const { usable, problem } = usableSpec(parseSpec(spec));
		choosePreset(preset.id, usable);
		if (isLayoutName(layout)) layoutStore.setState({ layout });
		const unknown = layout === undefined || isLayoutName(layout) ? [] : [`There is no layout "${layout}".`];
		return { notices: [...notices, ...problem, ...unknown], note: "", fingerprints: [] };
	} catch (error) {
		return refusal((error as Error).message);
	}
}

/** What is told of a link of which nothing was taken. */
function refusal(message: string): Opened {
	const refused = draftStore.getState().spec === draftStore.getInitialState().spec ? "usual" : "kept";
	return { notices: [message], note: "", fingerprints: [], refused };
}

/** A spec whose task can be built: a formula for the reward that cannot be used is left out, and said. */
function usableSpec(spec: ExperimentSpec): { usable: ExperimentSpec; problem: string[] } {
	if (spec.task.reward === undefined) return { usable: spec, problem: [] };
	try {
		taskOf(spec);
		return { usable: spec, problem: [] };
	} catch (error) {
		const { reward: _, ...task } = spec.task;
		return { usable: { ...spec, task }, problem: [`task.reward was left out: ${(error as Error).message}`] };
	}
}

/** What a link's run was made on in exact mode, or in float64, makes it again; graphics adapters are taken as they come. */
function chooseExecutor([first = ""]: readonly string[]): void {
	const kind = first.split(":")[0];
	if (kind === "wasm" || kind === "cpu") setBackend(kind);
}
