import { isSameSpec } from "./runs/runNames";
import type { Run } from "./stores/run";

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
