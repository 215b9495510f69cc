import type { CreditRow } from "./charts/creditStrip";
import type { Comparison } from "./comparison";
import { fixed, signed, significant } from "./format";

/** One line of the hover card and the inspector. */
export interface Fact {
	readonly name: string;
	/** Method whose credit or term it is; empty for plain facts. */
	readonly of: string;
	readonly value: string;
	/** Plain number behind the text, for bars; NaN where there is none. */
	readonly number: number;
	readonly kind: "fact" | "credit" | "term";
}

/** What is known of one token, in the order in which a person asks: credit, its terms, how likely it was, what it earned. */
export function factsOf(comparison: Comparison, rollout: number, token: number): Fact[] {
	const { batch, rows } = comparison;
	const i = rollout * batch.T + token;
	const plain = (name: string, number: number | undefined, text: (x: number) => string): Fact[] =>
		number === undefined ? [] : [{ name, of: "", value: text(number), number, kind: "fact" }];
	const reward = plain("Reward here", batch.rewards[i], (x) => signed(x));
	const total = plain("Return of the rollout", batch.returns[rollout], (x) => signed(x));
	if (batch.actionMask[i] !== 1) return [...reward, ...total];
	const credit = rows.flatMap((row) => creditFacts(row, i));
	return [
		...credit,
		...plain("Probability", batch.logProbs && Math.exp(batch.logProbs[i] as number), (x) => fixed(x, 3)),
		...plain("Log-probability", batch.logProbs?.[i], (x) => `${fixed(x, 3)} nats`),
		...plain("Entropy", batch.entropy?.[i], (x) => `${fixed(x, 3)} nats`),
		...plain("Value before", batch.values?.[i], (x) => significant(x)),
		...exactValues(comparison, rollout, token).flatMap(([name, x]) => plain(name, x, (v) => signed(v, 3))),
		...siblingFacts(comparison, rollout, token),
		...reward,
		...total,
	];
}

/** What the rollout was really worth before and after a token; nothing where nobody knows. */
function exactValues({ truth, members }: Comparison, rollout: number, token: number): [name: string, value: number][] {
	const known = truth?.ok ? truth.truths[members.indexOf(rollout)] : undefined;
	if (!known) return [];
	const before = known.V[token] as number;
	return [
		["Exact value before", before],
		["Exact value after", before + (known.advantage[token] as number)],
	];
}

/** How those rollouts of the group came out that read the same up to a token: those that wrote it, too, and those that wrote another. */
function siblingFacts({ batch, members }: Comparison, rollout: number, token: number): Fact[] {
	const wroteAlike = (b: number, t: number) => batch.tokens[b * batch.T + t] === batch.tokens[rollout * batch.T + t];
	// Asked at every move of the pointer, of rollouts that may be long.
	const isBeside = (b: number) => {
		if (b === rollout || token >= (batch.lengths[b] as number)) return false;
		for (let t = 0; t < token; t++) if (!wroteAlike(b, t)) return false;
		return true;
	};
	const beside = members.filter(isBeside);
	const same = beside.filter((b) => wroteAlike(b, token));
	const others = beside.filter((b) => !wroteAlike(b, token));
	const fact = (name: string, of: readonly number[]): Fact[] => {
		if (of.length === 0) return [];
		const mean = of.reduce((sum, b) => sum + (batch.returns[b] as number), 0) / of.length;
		const won = of.filter((b) => batch.success?.[b] === 1).length;
		const value = batch.success ? `${won} of ${of.length} won` : `mean return ${signed(mean, 3)} of ${of.length}`;
		return [{ name, of: "", value, number: batch.success ? won / of.length : mean, kind: "fact" }];
	};
	return [...fact("Siblings that wrote this here", same), ...fact("Siblings that wrote another", others)];
}

/** The credit of one method, followed by its terms if there are several. */
function creditFacts({ id, label, values, terms, pending }: CreditRow, i: number): Fact[] {
	const fact = (kind: Fact["kind"], name: string, number: number): Fact => ({
		kind,
		name,
		of: id,
		number,
		value: pending ? "being worked out" : creditText(number),
	});
	const parts = Object.entries(terms).map(([name, part]) => fact("term", name, part[i] as number));
	return [fact("credit", label, values[i] as number), ...(parts.length > 1 ? parts : [])];
}

const creditText = (x: number) => (Number.isNaN(x) ? "not scored" : signed(x, 3));

/** The printed token and where it stands. */
export function titleOf(comparison: Comparison, rollout: number, token: number): { name: string; place: string } {
	const { batch, tokens } = comparison;
	const i = rollout * batch.T + token;
	const id = batch.tokens[i] as number;
	const writer = batch.actionMask[i] === 1 ? "" : ", written by the environment";
	return { name: tokens[id] ?? `#${id}`, place: `token ${token} of rollout ${rollout}${writer}` };
}
