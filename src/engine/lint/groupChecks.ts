import { correlation } from "../core/correlation";
import { plural } from "../core/plural";
import { allAlike } from "../credit/alike";
import { type Check, deviation, type Group, groupedBy, mean, percent } from "./check";
import type { RolloutFacts } from "./facts";

/** A mean of credit that is no larger is zero: rounding of a file's numbers. */
const ZERO = 1e-6;

const known = (group: Group) => group.members.map((m) => m.facts.reward).filter(Number.isFinite);
const rowsOf = (groups: readonly Group[]) => groups.flatMap((g) => g.members.map((m) => m.row));

/** A group whose returns do not differ, as methods decide it (`credit/alike.ts`). */
export const deadGroups: Check = {
	id: "deadGroups",
	title: "Dead groups",
	why: "Methods that compare rollouts of one prompt give every token of such a group credit 0: it was sampled for nothing. Prompts that are too easy or too hard, or a reward that saturates, are the usual cause.",
	harm: "wasted",
	run({ groups }) {
		const several = groups.filter((g) => known(g).length >= 2);
		const dead = several.filter((g) => allAlike(known(g)));
		if (dead.length === 0) return null;
		const share = dead.length / several.length;
		const won = dead.filter((g) => mean(known(g)) > 0).length;
		return {
			message: `${plural(dead.length, "group")} of ${several.length} (${percent(share)}) have equal returns: ${won} with a positive return, ${dead.length - won} without.${sinceWhen(several, new Set(dead))}`,
			share,
			rows: rowsOf(dead),
			worst: largest(dead).members[0]!.row,
		};
	},
};

/** Smallest change of a share that is worth a sentence, the standard errors that it must be, and the fewest steps in which one is seen. */
const CHANGE = 0.25;
const CHANGE_ERRORS = 2.5;
const FEWEST_STEPS = 4;

/**
 * Since which step there are more (or fewer) of them: the step that parts the steps best into two stretches of one share each, by least
 * squares over groups; empty for a change of less than a quarter, or of less than 2.5 standard errors √(p(1−p)(1/n₁+1/n₂)).
 */
function sinceWhen(groups: readonly Group[], marked: ReadonlySet<Group>): string {
	const steps = [...groupedBy(groups, (g) => g.step)]
		.flatMap(([step, own]) =>
			step === undefined ? [] : [{ step, n: own.length, k: own.filter((g) => marked.has(g)).length }],
		)
		.sort((a, b) => a.step - b.step);
	if (steps.length < FEWEST_STEPS) return "";
	const n = steps.reduce((sum, step) => sum + step.n, 0);
	const k = steps.reduce((sum, step) => sum + step.k, 0);
	let [nBefore, kBefore] = [0, 0];
	const parted = steps.slice(1).map(({ step }, i) => {
		nBefore += steps[i]!.n;
		kBefore += steps[i]!.k;
		const [before, since] = [kBefore / nBefore, (k - kBefore) / (n - nBefore)];
		const weight = (nBefore * (n - nBefore)) / n;
		return { step, before, since, weight, gain: weight * (since - before) ** 2 };
	});
	const best = parted.reduce((x, y) => (y.gain > x.gain ? y : x));
	const error = Math.sqrt(((k / n) * (1 - k / n)) / best.weight);
	if (!(Math.abs(best.since - best.before) >= Math.max(CHANGE, CHANGE_ERRORS * error))) return "";
	return ` Since step ${best.step} it is ${percent(best.since)}, before that ${percent(best.before)}.`;
}

const largest = (groups: readonly Group[]): Group =>
	groups.reduce((a, b) => (b.members.length > a.members.length ? b : a));

/** One group name over several prompts. */
export const mergedGroups: Check = {
	id: "mergedGroups",
	title: "Merged groups",
	why: "Rollouts of different prompts are compared with each other, so that an easy prompt makes a hard one look bad. Ids that restart in each batch, or that leave the sample index out, are the usual cause.",
	harm: "wrong",
	thread: "https://github.com/microsoft/agent-lightning/issues/489",
	run({ groups }) {
		const prompts = (g: Group) => new Set(g.members.flatMap((m) => m.facts.prompt ?? []));
		const merged = groups.filter((g) => prompts(g).size > 1);
		if (merged.length === 0) return null;
		const share = merged.length / groups.length;
		return {
			message: `${plural(merged.length, "group")} of ${groups.length} hold more than one prompt.`,
			share,
			rows: rowsOf(merged),
			worst: largest(merged).members[0]!.row,
		};
	},
};

/** A group that equal prompts put together from several files. */
export const mixedFiles: Check = {
	id: "mixedFiles",
	title: "Groups over several files",
	why: "Nothing in these files names groups, so equal prompts of a step were put together across files. Where one file is a copy of another, or holds validation beside training, rollouts are counted twice or compared with those of another policy. Files that the processes of one run wrote each for itself do belong together.",
	harm: "suspicious",
	run({ groups, files }) {
		const filesOf = ({ members }: Group) => new Set(members.flatMap(({ file }) => file ?? []));
		const mixed = groups.filter((g) => !g.members[0]!.facts.named && filesOf(g).size > 1);
		const [first] = mixed;
		if (!first) return null;
		const [one, other] = Array.from(filesOf(first), (number) => files[number]);
		const both = one === other ? `two files named ${one}` : `${one} and ${other}`;
		return {
			message: `${plural(mixed.length, "group")} of ${groups.length}, put together by equal prompts, come from more than one file, the first of them from ${both}.`,
			share: mixed.length / groups.length,
			rows: rowsOf(mixed),
			worst: first.members[0]!.row,
		};
	},
};

/** Group sizes that differ within a step. */
export const unevenGroups: Check = {
	id: "unevenGroups",
	title: "Uneven groups",
	why: "Groups of one step differ in size: rollouts were dropped, failed or filtered. A group of one has nothing to be compared with; some implementations then use the raw return as credit.",
	harm: "suspicious",
	run({ groups }) {
		const steps = groupedBy(groups, (g) => g.step);
		const odd = [...steps.values()].flatMap((own) => {
			const usual = mode(own.map((g) => g.members.length));
			return own.filter((g) => g.members.length !== usual);
		});
		if (odd.length === 0) return null;
		const alone = odd.filter((g) => g.members.length === 1).length;
		return {
			message: `${plural(odd.length, "group")} of ${groups.length} differ in size from the others of their step; ${alone} of them have a single rollout.`,
			share: odd.length / groups.length,
			rows: rowsOf(odd),
			worst: odd[0]!.members[0]!.row,
		};
	},
};

function mode(xs: readonly number[]): number {
	const counted = [...groupedBy(xs, (x) => x)].map(([x, list]) => [x, list.length] as const);
	return counted.reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

/** Sequence credit whose group mean is not zero: above 0.1 % of the group's deviation (and of 1e-6). */
export const groupMean: Check = {
	id: "groupMean",
	title: "Group means that are not zero",
	why: "Methods that subtract the group's mean give each group credit that sums to zero. Here it does not: another baseline, whitening over the batch, rollouts that are missing from the file, or groups that were mixed up.",
	harm: "suspicious",
	thread: "https://github.com/langfengQ/verl-agent/issues/264",
	run({ groups }) {
		const scored = groups
			.filter(({ members }) => members.length >= 2 && members.every((m) => m.facts.uniform))
			.map((group) => ({ group, credit: group.members.map((m) => m.facts.credit) }));
		const off = scored.filter(({ credit }) => Math.abs(mean(credit)) > Math.max(ZERO, 1e-3 * deviation(credit)));
		if (off.length === 0) return null;
		const worst = off.reduce((a, b) => (Math.abs(mean(b.credit)) > Math.abs(mean(a.credit)) ? b : a));
		return {
			message: `${plural(off.length, "group")} of ${scored.length} with one credit per rollout do not average to zero; the largest mean is ${mean(worst.credit).toPrecision(3)}.`,
			share: off.length / scored.length,
			rows: rowsOf(off.map((o) => o.group)),
			worst: worst.group.members[0]!.row,
		};
	},
};

/** Fewest rollouts over which a correlation is reported, and its least size. */
const FEWEST = 20;
const CORRELATED = 0.3;

/**
 * Correlation of length with a number within groups, pooled: both counted from the mean of their group.
 * @returns null where the number is known of too few rollouts, or the correlation is small.
 */
function withLength(groups: readonly Group[], of: (facts: RolloutFacts) => number) {
	const points = groups.flatMap(({ members }) => {
		const own = members.filter((m) => Number.isFinite(of(m.facts)));
		if (own.length < 2) return [];
		const length = mean(own.map((m) => m.facts.length));
		const value = mean(own.map((m) => of(m.facts)));
		return own.map((m) => ({ row: m.row, dl: m.facts.length - length, dv: of(m.facts) - value }));
	});
	if (points.length < FEWEST) return null;
	const { r } = correlation(
		points.map((p) => p.dl),
		points.map((p) => p.dv),
	);
	if (!(Math.abs(r) >= CORRELATED)) return null;
	const worst = points.reduce((a, b) => (Math.abs(b.dl * b.dv) > Math.abs(a.dl * a.dv) ? b : a)).row;
	return { r, share: Math.abs(r), rows: points.map((p) => p.row), worst };
}

/** Correlation of length and return within groups, pooled; reported above 0.3 in size over at least 20 rollouts. */
export const lengthBias: Check = {
	id: "lengthBias",
	title: "Length and return go together",
	why: "Within a group, longer answers are paid more (or less). Aggregating the loss over tokens or over sequences then pushes length by itself, whatever the content.",
	harm: "suspicious",
	run({ groups }) {
		const found = withLength(groups, ({ reward }) => reward);
		if (!found) return null;
		const { r, ...finding } = found;
		const rollouts = plural(finding.rows.length, "rollout");
		return { ...finding, message: `Within groups, length and return correlate by ${r.toFixed(2)} over ${rollouts}.` };
	},
};

/** Correlation of length and the file's own mean credit of a token within groups, pooled; reported as `lengthBias`. */
export const lengthCredit: Check = {
	id: "lengthCredit",
	title: "Length and credit go together",
	why: "Within a group, the tokens of longer answers get more (or less) credit each. A loss that sums over tokens multiplies that by the length: the policy is pushed towards long (or short) answers by the credit alone.",
	harm: "suspicious",
	run({ groups }) {
		const found = withLength(groups, ({ credit }) => credit);
		if (!found) return null;
		const { r, ...finding } = found;
		const rollouts = plural(finding.rows.length, "rollout");
		return {
			...finding,
			message: `Within groups, length and the mean advantage of a token correlate by ${r.toFixed(2)} over ${rollouts}.`,
		};
	},
};
