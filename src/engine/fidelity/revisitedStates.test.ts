import { describe, expect, it } from "vitest";
import { creditCosine } from "../../testing/creditCosine";
import { Rng } from "../core/rng";
import { creditOf } from "../credit/run";
import { batchOf, ragged, statedTokens } from "../credit/testing";

const STATES = 6;
const GOAL = 3;
const HORIZON = 8;
const DISCOUNT = 0.95;
const GROUPS = 600;

const moved = (s: number, way: number) => (s + (way ? 1 : STATES - 1)) % STATES;

/** V of each state of the ring with so many moves left, under even choices; the move onto the goal pays 1 and ends the walk. */
const VALUES = Array.from({ length: HORIZON }).reduce<number[][]>(
	(V) => [...V, Array.from({ length: STATES }, (_, s) => (s === GOAL ? 0 : (worth(s, 0, V) + worth(s, 1, V)) / 2))],
	[new Array<number>(STATES).fill(0)],
);

/** Q of a way, given the values with one move less. */
function worth(s: number, way: number, V: readonly (readonly number[])[]): number {
	const to = moved(s, way);
	return to === GOAL ? 1 : DISCOUNT * V.at(-1)![to]!;
}

interface Walk {
	readonly rewards: number[];
	readonly keys: string[];
	readonly truth: number[];
}

function walk(rng: Rng): Walk {
	const made: Walk = { rewards: [], keys: [], truth: [] };
	for (let s = 0, left = HORIZON; left > 0 && s !== GOAL; left--) {
		const way = rng.integer(2);
		const before = VALUES.slice(0, left);
		made.keys.push(`s${s}`);
		made.truth.push(worth(s, way, before) - VALUES[left]![s]!);
		s = moved(s, way);
		made.rewards.push(s === GOAL ? 1 : 0);
	}
	return made;
}

/** Groups of walks from the place opposite the goal; groups whose returns are equal are drawn again. */
function sample(groupSize: number, rng: Rng) {
	const all: (Walk & { readonly group: number })[] = [];
	for (let group = 0; group < GROUPS; ) {
		const walks = Array.from({ length: groupSize }, () => walk(rng));
		if (new Set(walks.map(({ rewards }) => rewards.at(-1))).size === 1) continue;
		all.push(...walks.map((one) => ({ ...one, group })));
		group++;
	}
	const batch = { ...batchOf(all), turns: statedTokens(all.map(({ keys }) => keys)) };
	const states = all.flatMap(({ keys, group }) => keys.map((key) => `${group} ${key}`));
	return { batch, truth: all.flatMap(({ truth }) => truth), anchors: states.length / new Set(states).size };
}

/** Cosine with the exact advantage of the time left, and mean size of an anchor group: measured by an independent program, 2000 groups, one seed. */
const MEASURED = [
	{ groupSize: 4, episode: 0.365, step: 0.351, both: 0.374, anchors: 5.1 },
	{ groupSize: 8, episode: 0.37, step: 0.402, both: 0.398, anchors: 9.7 },
	{ groupSize: 16, episode: 0.378, step: 0.433, both: 0.415, anchors: 19.3 },
];

describe("where states come again, on a ring with the goal three moves away", () => {
	it.each(MEASURED)("groups of $groupSize", ({ groupSize, anchors, ...measured }) => {
		const given = sample(groupSize, Rng.of(1));
		const { terms, advantage } = creditOf("gigpo", { scale: "none", discount: DISCOUNT }, given.batch);
		const credit = { episode: terms.episode!, step: terms.step!, both: advantage };
		for (const [name, cosine] of Object.entries(measured)) {
			const rows = ragged(given.batch, credit[name as keyof typeof credit]).flat();
			expect(Math.abs(creditCosine(rows, given.truth) - cosine), name).toBeLessThanOrEqual(0.012);
		}
		expect(Math.abs(given.anchors - anchors)).toBeLessThanOrEqual(0.1);
	});
});
