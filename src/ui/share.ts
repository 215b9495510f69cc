import { applyChanges, changesBetween } from "../engine/spec/changes";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { decodeLink, encodeLink, type LinkState, LONG_LINK_LENGTH, MAX_LINK_LENGTH } from "../engine/spec/link";
import { thinCurve } from "../engine/spec/linkCurve";
import { parseSpec } from "../engine/spec/parseSpec";
import { findPreset } from "../engine/spec/presets";
import { PARAM_TABLES } from "../engine/spec/registries";
import { isPlace, readSelection, writeSelection } from "./linkedSelection";
import { isViewPart, readView, writeView } from "./linkView";
import { taskOf } from "./registries";
import { addLinkedRun } from "./runs/pastRuns";
import { isSameSpec } from "./runs/runNames";
import { choosePreset, draftStore } from "./stores/draft";
import { isLayoutName, layoutStore } from "./stores/layout";
import { type Opened, type Run, runStore, setBackend } from "./stores/run";
import { telemetry } from "./telemetry";

/** What the share sheet shows. */
export interface Share {
	readonly link: string;
	/** What it carries, in words; at least two. */
	readonly inside: readonly string[];
	/** A warning about its length, or empty. */
	readonly warning: string;
	/** False when only a file will do. */
	readonly possible: boolean;
}

/** A link to the settings on screen, with the fingerprints and the success curve of the run if it was made with just these. */
export function shareLink(base: string, note = ""): Share {
	const { presetId, spec } = draftStore.getState();
	const run = runStore.getState();
	const preset = findPreset(presetId);
	const own = run.label !== null && isSameSpec(run.spec, spec) ? run.label : null;
	const curve = own ? successCurve() : undefined;
	const fingerprints = own ? shortFingerprints(run.fingerprints, own.kind) : [];
	const state: LinkState = {
		preset: preset.id,
		changes: changesBetween(preset.spec, spec, PARAM_TABLES),
		view: { ...writeView(), ...writeSelection(intoWhat(fingerprints)) },
		build: "",
		fingerprints,
		...(curve ? { curve } : {}),
		note,
	};
	const link = `${base}#${encodeLink(state)}`;
	return { link, inside: partsOf(state), warning: warningOf(link.length), possible: link.length <= MAX_LINK_LENGTH };
}

/** What the places of a link's view are places of. */
const intoWhat = (fingerprints: readonly string[]) => (fingerprints.length > 0 ? "run" : "recording");

function partsOf({ changes, view, fingerprints, curve, note }: LinkState): string[] {
	const differing = Object.keys(changes).length;
	return [
		"the preset",
		...(differing > 0 ? [`${differing} ${differing === 1 ? "setting" : "settings"} that differ from it`] : []),
		Object.keys(view).some(isPlace) ? "the view with what is selected" : "the view",
		...(fingerprints.length > 0 ? [`${fingerprints.length} fingerprints of the run`] : []),
		...(curve ? ["its success curve"] : []),
		...(note ? ["the note"] : []),
	];
}

/** Of a run that is known from its first step on. */
function successCurve() {
	const { length, step, values } = telemetry.series;
	return step[0] === 1 && step[length - 1] === length ? thinCurve(values.success.subarray(0, length)) : undefined;
}

/** First, middle and last: enough to say from where on a run differs, in a short link. */
function shortFingerprints(all: readonly { step: number; fingerprint: string }[], kind: string): string[] {
	const chosen = [...new Set([all[0], all[Math.floor(all.length / 2)], all.at(-1)])];
	return chosen.flatMap((f) => (f ? [`${kind}:${f.fingerprint.slice(0, 8)}@${f.step}`] : []));
}

function warningOf(length: number): string {
	if (length > MAX_LINK_LENGTH) return "This is too long for a link; save the run as a file instead.";
	if (length > LONG_LINK_LENGTH) return "Some messengers cut links of this length; a file is safer.";
	return "";
}

/** Takes the settings of a link as the draft. It never starts work, and never throws. @returns null without a link. */
export function openLink(hash: string): Opened | null {
	const decoded = decodeLink(hash);
	if (!decoded.ok)
		return decoded.reason === "empty"
			? null
			: { notices: [decoded.message], note: "", fingerprints: [], newer: decoded.reason === "newer" };
	const { preset: id, changes, view, note, fingerprints, curve } = decoded.state;
	try {
		const preset = findPreset(id);
		const { spec, notices } = applyChanges(preset.spec, changes, PARAM_TABLES);
		const { usable, problem } = usableSpec(parseSpec(spec));
		choosePreset(preset.id, usable);
		const unknown = Object.keys(view).filter((name) => !isViewPart(name) && !isPlace(name));
		const seen = [
			...unknown.map((name) => `The view has no ${JSON.stringify(name)}.`),
			...readView(view),
			...readSelection(view, intoWhat(fingerprints), usable),
		];
		addLinkedRun(usable, curve);
		chooseExecutor(fingerprints);
		const all = [...decoded.notices, ...notices, ...problem, ...seen];
		return { notices: all, note, fingerprints, spec: usable, ...(curve ? { curve } : {}) };
	} catch (error) {
		return { notices: [(error as Error).message], note, fingerprints: [] };
	}
}

/**
 * Settings written into the address by hand, `?preset=keydoor@1&layout=learn&method=rloo&seed=7`, as a teacher does it.
 * @returns null without a query; sentences about what was not understood otherwise. Never throws.
 */
export function openQuery(search: string): Opened | null {
	const query = new URLSearchParams(search);
	// How the page is embedded is no setting.
	for (const name of ["embed", "hide"]) query.delete(name);
	if (query.size === 0) return null;
	const { preset: id, layout, ...changes } = Object.fromEntries(query);
	try {
		const preset = findPreset(id ?? draftStore.getState().presetId);
		const { spec, notices } = applyChanges(preset.spec, numbered(changes), PARAM_TABLES);
		const { usable, problem } = usableSpec(parseSpec(spec));
		choosePreset(preset.id, usable);
		if (isLayoutName(layout)) layoutStore.setState({ layout });
		const unknown = layout === undefined || isLayoutName(layout) ? [] : [`There is no layout "${layout}".`];
		return { notices: [...notices, ...problem, ...unknown], note: "", fingerprints: [] };
	} catch (error) {
		return { notices: [(error as Error).message], note: "", fingerprints: [] };
	}
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

/** Text that reads as a number is one. */
function numbered(changes: Readonly<Record<string, string>>): Record<string, string | number> {
	const value = (text: string) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text);
	return Object.fromEntries(Object.entries(changes).map(([path, text]) => [path, value(text)]));
}

/** What a link's run was made on in exact mode, or in float64, makes it again; graphics adapters are taken as they come. */
function chooseExecutor([first = ""]: readonly string[]): void {
	const kind = first.split(":")[0];
	if (kind === "wasm" || kind === "cpu") setBackend(kind);
}

/** How a run compares with that of a link. */
export type Reproduction =
	| { readonly kind: "same"; readonly steps: readonly number[] }
	/** `step` is the first known to differ, `agreed` the last known to agree. */
	| { readonly kind: "until"; readonly step: number; readonly agreed: number | null }
	| { readonly kind: "other-executor"; readonly theirs: string }
	| { readonly kind: "other-settings" };

/** How the run at hand compares with the link that the page was opened from; null while there is nothing to compare. */
export function reproductionOf({
	opened,
	spec,
	label,
	fingerprints,
}: Pick<Run, "opened" | "spec" | "label" | "fingerprints">): Reproduction | null {
	if (!opened?.spec || opened.fingerprints.length === 0 || !spec || !label) return null;
	if (!isSameSpec(spec, opened.spec)) return { kind: "other-settings" };
	return compareFingerprints(opened.fingerprints, fingerprints, label.kind);
}

/** `gpu:9e41aa07@500` in its parts; null for anything else. */
export function readFingerprint(text: string): { kind: string; digits: string; step: number } | null {
	const [, kind = "", digits = "", step] = /^(\w+):([0-9a-f]+)@(\d+)$/.exec(text) ?? [];
	return step === undefined ? null : { kind, digits, step: Number(step) };
}

/**
 * How a run compares with the fingerprints of a link, in the order of their steps; null while no step of both is known.
 * @param kind executor of this run.
 */
export function compareFingerprints(
	theirs: readonly string[],
	ours: readonly { readonly step: number; readonly fingerprint: string }[],
	kind: string,
): Reproduction | null {
	const steps: number[] = [];
	const read = theirs.flatMap((text) => readFingerprint(text) ?? []).sort((a, b) => a.step - b.step);
	for (const their of read) {
		const own = ours.find((f) => f.step === their.step);
		if (!own) continue;
		if (their.kind !== kind) return { kind: "other-executor", theirs: their.kind };
		if (!own.fingerprint.startsWith(their.digits))
			return { kind: "until", step: own.step, agreed: steps.at(-1) ?? null };
		steps.push(own.step);
	}
	return steps.length > 0 ? { kind: "same", steps } : null;
}
