import { changesBetween } from "../engine/spec/changes";
import { encodeLink, type LinkState, LONG_LINK_LENGTH, MAX_LINK_LENGTH } from "../engine/spec/link";
import { thinCurve } from "../engine/spec/linkCurve";
import { HASH_DIGITS } from "../engine/spec/linkFile";
import { findPreset } from "../engine/spec/presets";
import { PARAM_TABLES } from "../engine/spec/registries";
import { isSameSpec } from "../engine/spec/sameSpec";
import { madeOn } from "../engine/training/reproduction";
import { BUILD } from "./build";
import { type LinkedPlace, linkedPlace } from "./files/linkedFile";
import { isFilePlace } from "./files/wantedFile";
import { intoWhat, isPlace, writeSelection } from "./linkedSelection";
import { writeView } from "./linkView";
import { draftStore } from "./stores/draft";
import { runStore } from "./stores/run";
import { selectionStore } from "./stores/selection";
import { telemetry } from "./telemetry";

/** What the share sheet shows. */
export interface Share {
	readonly link: string;
	/** What it carries, in words; at least the preset. */
	readonly inside: readonly string[];
	/** What it does not carry, in words. */
	readonly outside: readonly string[];
	/** A warning about its length, or empty. */
	readonly warning: string;
	/** False when only a file will do. */
	readonly possible: boolean;
	/** The link points into a file that whoever opens it must have. */
	readonly ofFile: boolean;
}

/** What goes into a link beside the settings. */
export interface ShareOptions {
	readonly note?: string;
	/** What is on screen goes with the settings. */
	readonly withView?: boolean;
	/** The name of a file that the link points into goes with its hash. */
	readonly withName?: boolean;
}

/** What links carry of a run. */
type LinkedRun = Pick<LinkState, "fingerprints" | "madeOn" | "curve">;
/** The same with the build that it was made by. */
type BuiltRun = LinkedRun & Pick<LinkState, "build">;
const NO_RUN: LinkedRun = { fingerprints: [] };

/**
 * A link to the settings on screen, with the fingerprints and the success curve of the run if it was made with just these; or, while
 * rollouts of a file are on screen, to the place in that file.
 */
export function shareLink(base: string, { note = "", withView = true, withName = false }: ShareOptions = {}): Share {
	const place = withView ? linkedPlace() : null;
	const state = stateOf({ ...ownRun(), build: BUILD }, note, withView, place && (withName ? place : nameless(place)));
	const link = `${base}#${encodeLink(state)}`;
	return {
		link,
		inside: partsOf(state),
		outside: missingOf(state, withView),
		warning: warningOf(link.length),
		possible: link.length <= MAX_LINK_LENGTH,
		ofFile: place !== null,
	};
}

/**
 * What the address shows of the page, the part after `#`: settings, view, and the run when it is over. As long as the settings are those of
 * the link that the page was opened from, its note stays, and its run stays the one that others are compared with, made by the build that it names.
 */
export const addressLink = (): string => encodeLink(addressState());

/** What that link holds. */
export function addressState(): LinkState {
	const { opened, phase } = runStore.getState();
	const kept = opened && isSameSpec(opened.spec ?? null, draftStore.getState().spec) ? opened : null;
	const own = phase === "done" ? ownRun() : NO_RUN;
	const run = kept?.fingerprints.length ? { build: "", ...kept } : { ...own, build: BUILD };
	const place = linkedPlace();
	// Nobody said that the name may be told; a link that still waits for its file stays as it came.
	const shown = place && (place.waits ? place : nameless(place));
	return stateOf(run, kept?.note ?? "", true, shown);
}

const nameless = ({ file, ...place }: LinkedPlace): LinkedPlace => ({ ...place, file: { ...file, name: "" } });

function stateOf(run: BuiltRun, note: string, withView: boolean, place: LinkedPlace | null): LinkState {
	// Rollouts of a file are of no run on this page.
	const { fingerprints, madeOn, curve, build } = place ? { ...NO_RUN, build: BUILD } : run;
	const selected = place ? place.view : writeSelection(intoWhat(fingerprints));
	const { presetId, spec } = draftStore.getState();
	const preset = findPreset(presetId);
	return {
		preset: preset.id,
		changes: changesBetween(preset.spec, spec, PARAM_TABLES),
		view: withView ? { ...writeView(), ...selected } : {},
		build,
		fingerprints,
		...(madeOn ? { madeOn } : {}),
		...(curve ? { curve } : {}),
		...(place ? { file: place.file } : {}),
		note,
	};
}

/** The run on this page, if it was made with just the settings on screen. */
function ownRun(): LinkedRun {
	const { label, spec, fingerprints } = runStore.getState();
	if (!label || !isSameSpec(spec, draftStore.getState().spec)) return NO_RUN;
	const curve = successCurve();
	const on = madeOn(label);
	const short = shortFingerprints(fingerprints, label.kind);
	return { fingerprints: short, ...(on && short.length > 0 ? { madeOn: on } : {}), ...(curve ? { curve } : {}) };
}

function partsOf({ changes, view, fingerprints, madeOn, curve, build, file, note }: LinkState): string[] {
	const differing = Object.keys(changes).length;
	const viewed = Object.keys(view);
	return [
		"the preset",
		...(differing > 0
			? [differing === 1 ? "1 setting that differs from it" : `${differing} settings that differ from it`]
			: []),
		...(file ? [`${HASH_DIGITS} digits of the file’s hash`] : []),
		...(file?.name ? [`its name, ${file.name}`] : []),
		...(viewed.length > 0
			? [viewed.some((name) => isPlace(name) || isFilePlace(name)) ? "the view with what is selected" : "the view"]
			: []),
		...(fingerprints.length > 0 ? [`${fingerprints.length} fingerprints of the run`] : []),
		...(madeOn?.adapter ? ["the name of its graphics adapter"] : []),
		...(curve ? ["its success curve"] : []),
		`the build (${build})`,
		...(note ? ["the note"] : []),
	];
}

function missingOf({ view, file }: LinkState, withView: boolean): string[] {
	const selected = selectionStore.getState().pinned !== null;
	return [
		file ? "anything that the file holds" : "rollouts",
		"weights",
		...(withView ? [] : ["the view"]),
		...(withView && selected && !file && !Object.keys(view).some(isPlace)
			? ["the pinned token, since its rollouts are not inside"]
			: []),
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
