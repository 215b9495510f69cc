import type { RolloutRequest, TrainingPlan } from "../../engine/training/executor";
import { KeptRequest } from "../../engine/training/keptGroups";
import type { ReadSource } from "../device/readback";
import { USAGE } from "../device/usage";
import { RECORD, ROWS } from "./rolloutBuffers";
import type { RolloutPlan } from "./rolloutPlan";

/** A part of a buffer in which each group has as many bytes as any other, one after another. */
interface Part {
	readonly from: GPUBuffer;
	readonly to: GPUBuffer;
	readonly offset: number;
	readonly bytes: number;
}

/**
 * Groups of several rollout batches that together make one, on the device: copies into buffers like those of the rollouts, and the
 * whole back into these.
 */
export class GroupStore {
	/** Rows, and which tokens the policy wrote: what tells of a batch. */
	readonly told: readonly ReadSource[];
	private readonly kept: KeptRequest;
	private readonly rows: GPUBuffer;
	private readonly record: GPUBuffer;
	private readonly parts: readonly Part[];

	constructor(
		private readonly device: GPUDevice,
		plan: TrainingPlan,
		private readonly compiled: RolloutPlan,
	) {
		const { shape, buffers } = compiled;
		const like = ({ label, size }: GPUBuffer) =>
			device.createBuffer({ label: `kept ${label}`, size, usage: USAGE.copySource | USAGE.copyTarget });
		this.kept = new KeptRequest(plan);
		this.rows = like(buffers.rows);
		this.record = like(buffers.record);
		const { tokenSection, rowSection, T, N } = shape;
		const rows = { from: buffers.rows, to: this.rows, bytes: 4 * plan.groupSize };
		const tokens = { from: buffers.record, to: this.record, bytes: 4 * plan.groupSize * T };
		const sections = Object.values(RECORD);
		this.parts = [
			...Object.values(ROWS).map((section) => ({ ...rows, offset: 4 * section * rowSection })),
			...sections.map((section) => ({ ...tokens, offset: 4 * section * tokenSection })),
			{ ...tokens, offset: 4 * sections.length * tokenSection, bytes: 4 * plan.groupSize * N },
		];
		const mask = { buffer: buffers.record, offset: 4 * RECORD.mask * tokenSection, size: 4 * tokenSection };
		this.told = [buffers.rows, mask];
	}

	/** Forgets what was kept. */
	clear(): void {
		this.kept.clear();
	}

	/** Enqueues the copies of groups, and of the whole once it is complete. @returns its request then, else null. */
	add(request: RolloutRequest, groups: readonly number[]): RolloutRequest | null {
		const { rows, record } = this.compiled.buffers;
		const { first, whole } = this.kept.add(request, groups);
		const encoder = this.device.createCommandEncoder();
		for (const { at, count, place } of runsOf(groups))
			for (const { from, to, offset, bytes } of this.parts)
				encoder.copyBufferToBuffer(from, offset + at * bytes, to, offset + (first + place) * bytes, count * bytes);
		if (whole) {
			encoder.copyBufferToBuffer(this.rows, 0, rows, 0, rows.size);
			encoder.copyBufferToBuffer(this.record, 0, record, 0, record.size);
		}
		this.device.queue.submit([encoder.finish()]);
		if (whole) this.compiled.describe(whole);
		return whole;
	}

	dispose(): void {
		this.rows.destroy();
		this.record.destroy();
	}
}

/** Groups that follow one another: the first, how many, and its place in the list. */
function runsOf(groups: readonly number[]) {
	const runs: { at: number; count: number; place: number }[] = [];
	for (const [place, at] of groups.entries()) {
		const last = runs.at(-1);
		if (last && at === last.at + last.count) last.count++;
		else runs.push({ at, count: 1, place });
	}
	return runs;
}
