import type { ExperimentSpec } from "../spec/experiment";
import type { MadeOn } from "../spec/link";
import { isSameSpec } from "../spec/sameSpec";
import type { ExecutorLabel } from "./executor";
import type { FingerprintRecord } from "./runFile";

/** What may change the bits of a run on one kind of executor. */
export type Cause = "adapter" | "plan";

/** How a run compares with an earlier one. */
export type Reproduction =
	| { readonly kind: "same"; readonly steps: readonly number[] }
	/** `step` is the first known to differ, `agreed` the last known to agree; `differs` as far as the earlier run tells. */
	| {
			readonly kind: "until";
			readonly step: number;
			readonly agreed: number | null;
			readonly differs: readonly Cause[];
	  }
	| { readonly kind: "other-executor"; readonly theirs: string }
	| { readonly kind: "other-settings" };

/** A run that somebody made, as a link or a run file tells of it. */
export interface EarlierRun {
	readonly spec: ExperimentSpec;
	/** `gpu:9e41aa07@500`: executor kind, first digits of the fingerprint, training step. */
	readonly fingerprints: readonly string[];
	readonly madeOn?: MadeOn;
}

/** A run at hand. */
export interface PresentRun {
	readonly spec: ExperimentSpec;
	readonly label: ExecutorLabel;
	readonly fingerprints: readonly FingerprintRecord[];
}

/** How a run compares with an earlier one of the same settings, number of steps aside; null while no step of both is known. */
export function reproductionOf(earlier: EarlierRun, run: PresentRun): Reproduction | null {
	if (earlier.fingerprints.length === 0) return null;
	if (!isSameSpec({ ...run.spec, steps: 1 }, { ...earlier.spec, steps: 1 })) return { kind: "other-settings" };
	return compareFingerprints(earlier, run);
}

/** `gpu:9e41aa07@500` in its parts; null for anything else. */
export function readFingerprint(text: string): { kind: string; digits: string; step: number } | null {
	const [, kind = "", digits = "", step] = /^(\w+):([0-9a-f]+)@(\d+)$/.exec(text) ?? [];
	return step === undefined ? null : { kind, digits, step: Number(step) };
}

/** How a run compares with the fingerprints of an earlier one, in the order of their steps; null while no step of both is known. */
export function compareFingerprints(
	theirs: Pick<EarlierRun, "fingerprints" | "madeOn">,
	{ label, fingerprints }: Pick<PresentRun, "label" | "fingerprints">,
): Reproduction | null {
	const steps: number[] = [];
	const read = theirs.fingerprints.flatMap((text) => readFingerprint(text) ?? []).sort((a, b) => a.step - b.step);
	for (const their of read) {
		const own = fingerprints.find((f) => f.step === their.step);
		if (!own) continue;
		if (their.kind !== label.kind) return { kind: "other-executor", theirs: their.kind };
		if (!own.fingerprint.startsWith(their.digits))
			return { kind: "until", step: own.step, agreed: steps.at(-1) ?? null, differs: causesOf(theirs.madeOn, label) };
		steps.push(own.step);
	}
	return steps.length > 0 ? { kind: "same", steps } : null;
}

/** The label of a run as a link carries it; null where its plan has no hash. Only a graphics adapter is named: on others it changes no bit. */
export function madeOn({ kind, adapter, plan }: ExecutorLabel): MadeOn | null {
	if (!/^[0-9a-f]{8}/.test(plan)) return null;
	const name = adapter
		.replace(/[^ -~]/g, "?")
		.trim()
		.slice(0, 60);
	return { plan: plan.slice(0, 8), adapter: kind === "gpu" ? name : "" };
}

function causesOf(theirs: MadeOn | undefined, label: ExecutorLabel): Cause[] {
	const ours = madeOn(label);
	if (!theirs || !ours) return [];
	return (["adapter", "plan"] as const).filter((part) => theirs[part] !== ours[part]);
}

/** Why two runs on executors of one kind may have other bits, and what would help, in sentences. */
export function whyDifferent(theirs: MadeOn | undefined, label: ExecutorLabel): string {
	const ours = madeOn(label);
	const causes = causesOf(theirs, label);
	if (theirs && ours && causes.length > 0)
		return [
			...causes.map((part) => `The ${part} differs: ${theirs[part]} there, ${ours[part]} here.`),
			ADVICE[label.kind],
		]
			.filter(Boolean)
			.join(" ");
	if (label.kind !== "gpu")
		return "On this executor every machine gives the same bits, so the other run was made by another version of the workbench, or changed by hand.";
	return theirs
		? `Adapter and plan are the same, so another driver or browser rounds differently. ${ADVICE.gpu}`
		: `Another graphics adapter, driver or browser may round differently. ${ADVICE.gpu}`;
}

const ADVICE: Readonly<Record<ExecutorLabel["kind"], string>> = {
	gpu: "In WebAssembly every machine gives the same bits.",
	wasm: "The other run was made by another version of the workbench.",
	cpu: "",
};

/** `gpu · nvidia ampere · plan 3f1c9a02b4d5e6f7` */
export const labelText = ({ kind, adapter, plan }: ExecutorLabel): string => `${kind} · ${adapter} · plan ${plan}`;
