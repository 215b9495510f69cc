import { Rng } from "../core/rng";
import type { ExperimentSpec, Preset } from "../spec/experiment";
import { PRESETS } from "../spec/presets";
import { openSpec } from "../spec/registries";
import { ROLLOUT_PARAMS } from "../spec/sections";
import type { Task } from "../tasks/task";
import { play } from "../tasks/walk";
import { type Shape, ShapeCounter } from "./shape";

/** Demonstrations from which the shape of a preset's rollouts is measured. */
const DEMONSTRATIONS = 16;

/** What a preset's rollouts look like, and between which rates of success it learns. */
export interface PresetShape {
	readonly preset: Preset;
	/** Of demonstrations; its success is not used. */
	readonly shape: Shape;
	/** Success of its warm start, 0 from scratch, and the success that it reaches. */
	readonly success: readonly [from: number, to: number];
}

/** The preset whose rollouts are most like given ones. */
export interface ToyTwin {
	/** `keydoor@1` */
	readonly preset: string;
	readonly title: string;
	readonly distance: number;
	/** The terms of the distance. */
	readonly terms: Readonly<Record<keyof Shape, number>>;
	readonly yours: Shape;
	readonly its: Shape;
	/** The preset with groups of the given size, and about as many rollouts a step as before. */
	readonly spec: ExperimentSpec;
}

const doublings = (a: number, b: number) => Math.abs(Math.log2(Math.max(1, a) / Math.max(1, b)));

/**
 * How unlike two kinds of rollouts are, term by term; the distance is their sum:
 * `2·|log₂ turns/turns′| + |log₂ length/length′| + 4·|early − early′| + ½·|log₂ group/group′| + 2·gap`, where gap is what `success` is
 * outside the preset's range of success (0 where unknown).
 *
 * Sizes enter as doublings, since 300 tokens are to 600 what 6 are to 12, and as absolute values, not squares: real responses are many
 * doublings longer than any toy, and squares would let that one term decide alone. Turns weigh double, because methods that pay turns
 * need them; the group size weighs half, because a twin can take it over. Our own measure, after no source.
 */
export function shapeDistance(shape: Shape, of: PresetShape): ToyTwin["terms"] {
	const [from, to] = of.success;
	const gap = Math.max(0, from - shape.success, shape.success - to);
	return {
		turns: 2 * doublings(shape.turns, of.shape.turns),
		length: doublings(shape.length, of.shape.length),
		early: 4 * Math.abs(shape.early - of.shape.early),
		groupSize: doublings(shape.groupSize, of.shape.groupSize) / 2,
		success: Number.isNaN(gap) ? 0 : 2 * gap,
	};
}

/** The preset at the smallest distance; of several, the one that was published first. */
export function toyTwin(shape: Shape, among: readonly PresetShape[] = presetShapes()): ToyTwin {
	const ranked = among.map((entry) => {
		const terms = shapeDistance(shape, entry);
		return { entry, terms, distance: Object.values(terms).reduce((a, b) => a + b, 0) };
	});
	const { entry, terms, distance } = ranked.reduce((a, b) => (b.distance < a.distance ? b : a));
	const { id, title, spec } = entry.preset;
	return {
		preset: id,
		title,
		distance,
		terms,
		yours: shape,
		its: entry.shape,
		spec: withGroupsOf(shape.groupSize, spec),
	};
}

let known: readonly PresetShape[] | null = null;

/** The shapes of all published presets. The first call builds every task, which takes about half a second. */
export function presetShapes(): readonly PresetShape[] {
	known ??= PRESETS.map(presetShape);
	return known;
}

/** The shape of demonstrations for a preset's first training prompts, environment replies included. */
export function presetShape(preset: Preset): PresetShape {
	const { spec, task } = openSpec(preset.spec);
	const counter = new ShapeCounter();
	const random = Rng.of(1).fork("toy twin");
	for (let i = 0; i < DEMONSTRATIONS; i++) counter.add(demonstrated(task, i, random.fork(i)), "");
	const from = spec.warmStart?.success ?? 0;
	return {
		preset,
		shape: { ...counter.shape(), groupSize: spec.rollout.groupSize, success: Number.NaN },
		success: [Math.min(from, preset.goal), Math.max(from, preset.goal)],
	};
}

function demonstrated({ env, item, demonstration }: Task, index: number, random: Rng) {
	const prompt = item("train", index);
	const tokens = demonstration(prompt, () => random.uniform());
	const { states, rewards } = play(env, prompt, tokens);
	const mask = tokens.map((_, t) => (env.turn(states[t]).actor === "policy" ? 1 : 0));
	return { schema: "ascribe.rollout/1", id: String(index), tokens, mask, rewards } as const;
}

/** Trees keep their group size, which has to be a power of their branches. */
function withGroupsOf(size: number, spec: ExperimentSpec): ExperimentSpec {
	const { prompts, groupSize, branching = 1 } = spec.rollout;
	const wanted = Math.min(ROLLOUT_PARAMS.groupSize.max, size);
	if (wanted < 2 || wanted === groupSize || branching > 1) return spec;
	const fewer = Math.max(1, Math.round((prompts * groupSize) / wanted));
	return { ...spec, rollout: { ...spec.rollout, prompts: fewer, groupSize: wanted } };
}
