import type { MadeOn } from "../../engine/spec/link";
import type { ExecutorLabel } from "../../engine/training/executor";
import { type Reproduction, whyDifferent } from "../../engine/training/reproduction";

/** A few words for the chip, and fewer for narrow windows. */
export function shortVerdict(found: Reproduction): { readonly long: string; readonly short: string } {
	switch (found.kind) {
		case "same":
			return { long: "same as the link", short: "same" };
		case "until":
			if (found.agreed === null && found.differs.length > 0)
				return { long: `differs: ${found.differs.join(", ")}`, short: "differs" };
			return found.agreed === null
				? { long: "not the link's run", short: "differs" }
				: { long: `same until step ${found.agreed}`, short: `same to ${found.agreed}` };
		case "other-executor":
			return { long: "different adapter", short: "adapter" };
		case "other-settings":
			return { long: "other settings", short: "settings" };
	}
}

const EXECUTORS: Readonly<Record<string, string>> = {
	gpu: "a graphics adapter",
	wasm: "WebAssembly",
	cpu: "the float64 reference",
};
const executor = (kind: string) => EXECUTORS[kind] ?? kind;

/**
 * What the comparison with a link's run came to, and why.
 * @param theirs what the link's run was made on, where the link says so.
 * @param ours the executor of this run.
 */
export function verdictOf(
	found: Reproduction | null,
	theirs: MadeOn | undefined,
	ours: ExecutorLabel,
): { title: string; text: string } {
	switch (found?.kind) {
		case undefined:
			return {
				title: "Fingerprints",
				text: "Compare them with somebody else's to see whether you have the same run; a link carries three.",
			};
		case "same":
			return {
				title: "Same as the run in the link",
				text: `Equal parameters, bit for bit, at step ${listed(found.steps)}.`,
			};
		case "until":
			return {
				title: `Differs from the run in the link at step ${found.step}`,
				text: `${found.agreed === null ? "No step before it is known to be equal." : `Equal up to step ${found.agreed}.`} ${whyDifferent(theirs, ours)}`,
			};
		case "other-executor":
			return {
				title: "Made on a different adapter",
				text: `The run in the link was made on ${executor(found.theirs)}, this one on ${executor(ours.kind)}: bits cannot agree, curves should look alike. The chip beside this one says what the next run trains on.`,
			};
		case "other-settings":
			return {
				title: "Not the settings of the link",
				text: "This run was started with other settings than the link's, so its fingerprints are not compared.",
			};
	}
}

const listed = (steps: readonly number[]): string =>
	steps.length < 2 ? steps.join("") : `${steps.slice(0, -1).join(", ")} and ${steps.at(-1)}`;
