import { type JSX, useMemo } from "react";
import { useStore } from "zustand";
import { plural } from "../../engine/core/plural";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import type { StepCost } from "../../engine/training/cost";
import { bytesText, duration } from "../format";
import { costOf } from "../setup";
import { speedOn, speedStore } from "../speeds";
import { draftStore } from "../stores/draft";
import { runStore } from "../stores/run";

/** What pressing Run would take, in a few words: time on this machine and memory. */
export function RunCost(): JSX.Element {
	const spec = useStore(draftStore, (d) => d.spec);
	const cost = useMemo(() => costOf(spec), [spec]);
	const speed = useSpeed();
	return (
		<span
			className="run-cost muted tabular"
			title={`${costText(spec, cost, speed)} Estimated from shapes and the speed of runs on this machine.`}
		>
			{shortCost(spec, cost, speed)}
		</span>
	);
}

/** Operations a second that the next run can be expected to get through; null where this machine has not shown it. */
export function useSpeed(): number | null {
	const backend = useStore(runStore, (r) => r.backend);
	const device = useStore(runStore, (r) => r.device);
	return useStore(speedStore, (speeds) => speedOn(speeds, backend, device));
}

/** `about 40 s, 12 MB` */
export function shortCost({ steps }: Pick<ExperimentSpec, "steps">, cost: StepCost | null, speed: number | null) {
	if (!cost) return "sizes do not fit together";
	const time = speed ? duration((cost.flops / speed) * steps) : null;
	return time ? `about ${time}, ${bytesText(cost.bytes)}` : `about ${bytesText(cost.bytes)}, time unknown`;
}

/** `About 40 s for 120 steps after a warm start, and 12 MB of memory.` */
export function costText(
	{ steps, warmStart }: Pick<ExperimentSpec, "steps" | "warmStart">,
	cost: StepCost | null,
	speed: number | null,
): string {
	if (!cost) return "The sizes of the policy do not fit together.";
	const work = `${plural(steps, "step")}${warmStart ? " after a warm start" : ""}`;
	const memory = `about ${bytesText(cost.bytes)} of memory`;
	return speed
		? `About ${duration((cost.flops / speed) * steps)} for ${work}, and ${memory}.`
		: `Takes ${memory} for ${work}; for how long is known here after a first run.`;
}
