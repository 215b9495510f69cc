import type { ExperimentSpec } from "../engine/spec/experiment";
import type { RunEvent } from "../engine/training/events";
import type { ExecutorLabel } from "../engine/training/executor";
import { type EarlierRun, type Reproduction, reproductionOf, whyDifferent } from "../engine/training/reproduction";
import type { FingerprintRecord } from "../engine/training/runFile";

/** Listens to a run and says how it compares with the one that a link or run file tells of. */
export class Comparison {
	private label: ExecutorLabel | null = null;
	private readonly fingerprints: FingerprintRecord[] = [];

	/** @param name of the earlier run, as in "the run in the link". */
	constructor(
		private readonly earlier: EarlierRun,
		private readonly spec: ExperimentSpec,
		private readonly name: string,
	) {}

	add(event: RunEvent): void {
		if (event.type === "ready") this.label = event.label;
		if (event.type === "fingerprint") this.fingerprints.push(event);
	}

	/** A sentence or two; null while there is nothing to compare. */
	verdict(): string | null {
		const { earlier, spec, name, label, fingerprints } = this;
		const found = label && reproductionOf(earlier, { spec, label, fingerprints });
		return found && sentenceOf(found, name, label, () => whyDifferent(earlier.madeOn, label));
	}
}

function sentenceOf(found: Reproduction, name: string, { kind }: ExecutorLabel, why: () => string): string {
	switch (found.kind) {
		case "same":
			return `same as ${name}, bit for bit, at step ${found.steps.join(", ")}.`;
		case "until": {
			const causes = found.differs.length > 0 ? `: ${found.differs.join(", ")}` : "";
			const differs = `at step ${found.step}${causes}. ${why()}`;
			return found.agreed === null
				? `differs from ${name} ${differs}`
				: `same as ${name} until step ${found.agreed}; differs ${differs}`;
		}
		case "other-executor":
			return `different executor: ${name} was made on ${found.theirs}, this one on ${kind}, so bits cannot agree.`;
		case "other-settings":
			return `not compared with ${name}: this run has other settings.`;
	}
}
