import { applyChanges, changesBetween } from "../engine/spec/changes";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { decodeLink, encodeLink, LONG_LINK_LENGTH, MAX_LINK_LENGTH } from "../engine/spec/link";
import { parseSpec } from "../engine/spec/parseSpec";
import { findPreset } from "../engine/spec/presets";
import { PARAM_TABLES } from "../engine/spec/registries";
import { taskOf } from "./registries";
import { choosePreset, draftStore } from "./stores/draft";
import { isLayoutName, layoutStore } from "./stores/layout";
import { type Opened, runStore } from "./stores/run";

/** What the share sheet shows. */
export interface Share {
	readonly link: string;
	/** A warning about its length, or empty. */
	readonly warning: string;
	/** False when only a file will do. */
	readonly possible: boolean;
}

/** A link to the settings on screen, with the fingerprints of the run if it was made with just these. */
export function shareLink(base: string, note = ""): Share {
	const { presetId, spec } = draftStore.getState();
	const run = runStore.getState();
	const preset = findPreset(presetId);
	const same = run.spec !== null && JSON.stringify(run.spec) === JSON.stringify(spec);
	const hash = encodeLink({
		preset: preset.id,
		changes: changesBetween(preset.spec, spec, PARAM_TABLES),
		view: { layout: layoutStore.getState().layout },
		build: "",
		fingerprints: same && run.label ? shortFingerprints(run.fingerprints, run.label.kind) : [],
		note,
	});
	const link = `${base}#${hash}`;
	return { link, warning: warningOf(link.length), possible: link.length <= MAX_LINK_LENGTH };
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
	const { preset: id, changes, view, note, fingerprints } = decoded.state;
	try {
		const preset = findPreset(id);
		const { spec, notices } = applyChanges(preset.spec, changes, PARAM_TABLES);
		const { usable, problem } = usableSpec(parseSpec(spec));
		choosePreset(preset.id, usable);
		if (isLayoutName(view.layout)) layoutStore.setState({ layout: view.layout });
		return { notices: [...decoded.notices, ...notices, ...problem], note, fingerprints };
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

export type Reproduction =
	| { readonly kind: "same" }
	| { readonly kind: "until"; readonly step: number }
	| { readonly kind: "other-executor"; readonly theirs: string };

/**
 * How a run compares with the fingerprints of a link; null while no step of both is known.
 * @param kind executor of this run.
 */
export function compareFingerprints(
	theirs: readonly string[],
	ours: readonly { readonly step: number; readonly fingerprint: string }[],
	kind: string,
): Reproduction | null {
	let met = false;
	for (const text of theirs) {
		const match = /^(\w+):([0-9a-f]+)@(\d+)$/.exec(text);
		if (!match) continue;
		const [, theirKind = "", digits = "", at] = match;
		const own = ours.find((f) => f.step === Number(at));
		if (!own) continue;
		if (theirKind !== kind) return { kind: "other-executor", theirs: theirKind };
		if (!own.fingerprint.startsWith(digits)) return { kind: "until", step: own.step };
		met = true;
	}
	return met ? { kind: "same" } : null;
}
