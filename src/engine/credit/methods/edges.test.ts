import { describe, it } from "vitest";
import { near, same } from "../../../testing/near";
import { batchOf, preset, rows, spansOfRows } from "../testing";

const nan = Number.NaN;

describe("gigpo, where one episode has no turns", () => {
	const turns = { ...spansOfRows([[[0, 1]], []]), stateKeys: ["s"] };
	const batch = batchOf([{ reward: 1 }, { reward: 0 }], { turns });
	it("gives the only episode with one its reward less the mean that it is", () => {
		// Counted once a turn, the episodes weigh 1 and 0: mean 1, and no deviation; the only step from its state gets 0.
		same(rows(batch, "gigpo", preset("gigpo", "releasedStd")), [[0], [nan]]);
		same(rows(batch, "gigpo", preset("gigpo", "released")), [[0], [nan]]);
	});
});

describe("grpo over the deviation of the batch", () => {
	const lone = { scaleOver: "batch", singleton: "raw", eps: 1e-4 };
	it("divides a group of one by 1 + eps, alone in the batch or not", () => {
		same(rows(batchOf([{ reward: 3 }]), "grpo", lone), [[3 / 1.0001]]);
		const batch = batchOf([{ reward: 3, group: 1 }, { reward: 1 }, { reward: 0 }]);
		const sd = Math.sqrt(7 / 3) + 1e-4; // Of 3, 1, 0: mean 4/3, squares 25/9 + 1/9 + 16/9.
		near(rows(batch, "grpo", lone), [[3 / 1.0001], [0.5 / sd], [-0.5 / sd]], 1e-12);
		same(rows(batch, "grpo", { ...lone, singleton: "zero" }).slice(0, 1), [[0]]);
	});
});
