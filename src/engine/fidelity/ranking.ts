import { Rng } from "../core/rng";
import type { RolloutBatch } from "../rollouts/batch";

/** A number with its 95 % interval. */
export interface Estimate {
	readonly value: number;
	readonly lo: number;
	readonly hi: number;
}

/** How well a method's credit agrees with the exact advantage. */
export interface MethodFidelity {
	/** √(Σ (c·e − A)² / N) with the best single factor c ≥ 0, in units of return. */
	readonly error: Estimate;
	/** Pearson correlation of e and A over tokens; NaN where either does not vary. */
	readonly correlation: Estimate;
	/** Share of decisive tokens, |A| ≥ threshold, with the right sign; zero credit counts one half. NaN without one. */
	readonly signs: Estimate;
	/** Share of the policy's tokens that the method scored; those it did not count as zero credit. */
	readonly coverage: number;
	readonly factor: number;
	/** Units that were drawn for the intervals: groups, or rollouts where only one group is known. */
	readonly units: number;
	readonly unit: "groups" | "rollouts";
	readonly tokens: number;
	readonly decisive: number;
}

/** What is added up over the tokens of one unit. */
interface Sums {
	n: number;
	e: number;
	a: number;
	ee: number;
	aa: number;
	ea: number;
	scored: number;
	decisive: number;
	right: number;
}

type Known = Pick<RolloutBatch, "B" | "T" | "lengths" | "actionMask" | "groupIds">;

const RESAMPLES = 400;

/**
 * The error of `methodFidelity` alone, without its interval: a thousandth of the work, for what only sorts.
 * **Edges** NaN where no token is known.
 */
export function methodError(batch: Known, estimate: ArrayLike<number>, truth: ArrayLike<number>): number {
	return rmsError(total(Array.from({ length: batch.B }, (_, b) => sumsOf(batch, b, estimate, truth, 0))));
}

/**
 * Fidelity of credit over every policy token whose exact advantage is known. Intervals are percentiles of 400 resamples of whole
 * groups (of rollouts, where one group is known), since tokens of a group are not independent; the draws are the same for every method.
 *
 * **Shapes** estimate, truth `[B·T]`, NaN where not scored or not known. **Units** threshold in those of the return.
 * **Edges** null where no token is known; one unit alone has an interval of width zero.
 * **Source** percentile bootstrap over clusters: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", ch. 13.
 */
export function methodFidelity(
	batch: Known,
	estimate: ArrayLike<number>,
	truth: ArrayLike<number>,
	threshold: number,
): MethodFidelity | null {
	const byRollout = Array.from({ length: batch.B }, (_, b) => sumsOf(batch, b, estimate, truth, threshold));
	const known = [...byRollout.keys()].filter((b) => byRollout[b]!.n > 0);
	if (known.length === 0) return null;
	const groups = new Map<number, Sums>();
	for (const b of known) {
		const sums = groups.get(batch.groupIds[b]!) ?? noSums();
		add(sums, byRollout[b]!);
		groups.set(batch.groupIds[b]!, sums);
	}
	const unit = groups.size > 1 ? "groups" : "rollouts";
	const units = unit === "groups" ? [...groups.values()] : known.map((b) => byRollout[b]!);
	const all = total(units);
	const draws = resampled(units);
	return {
		error: estimateOf(rmsError, all, draws),
		correlation: estimateOf(pearson, all, draws),
		signs: estimateOf((s) => s.right / s.decisive, all, draws),
		coverage: all.scored / all.n,
		factor: factorOf(all),
		units: units.length,
		unit,
		tokens: all.n,
		decisive: all.decisive,
	};
}

const noSums = (): Sums => ({ n: 0, e: 0, a: 0, ee: 0, aa: 0, ea: 0, scored: 0, decisive: 0, right: 0 });

function add(to: Sums, from: Sums): void {
	for (const key of Object.keys(to) as (keyof Sums)[]) to[key] += from[key];
}

function total(units: readonly Sums[]): Sums {
	const out = noSums();
	for (const unit of units) add(out, unit);
	return out;
}

function sumsOf(
	{ T, lengths, actionMask }: Pick<RolloutBatch, "T" | "lengths" | "actionMask">,
	b: number,
	estimate: ArrayLike<number>,
	truth: ArrayLike<number>,
	threshold: number,
): Sums {
	const s = noSums();
	for (let i = b * T; i < b * T + lengths[b]!; i++) {
		const A = truth[i]!;
		if (actionMask[i] !== 1 || Number.isNaN(A)) continue;
		const scored = !Number.isNaN(estimate[i]!);
		const e = scored ? estimate[i]! : 0;
		s.n += 1;
		s.scored += Number(scored);
		s.e += e;
		s.a += A;
		s.ee += e * e;
		s.aa += A * A;
		s.ea += e * A;
		// Rounding of a difference that is exactly the threshold does not decide.
		if (Math.abs(A) < threshold - 1e-12) continue;
		s.decisive += 1;
		s.right += e === 0 ? 0.5 : Number(e * A > 0);
	}
	return s;
}

const factorOf = ({ ea, ee }: Sums) => (ee > 0 ? Math.max(0, ea / ee) : 0);

function rmsError(s: Sums): number {
	const c = factorOf(s);
	return Math.sqrt(Math.max(0, c * c * s.ee - 2 * c * s.ea + s.aa) / s.n);
}

/** Variances that are only rounding count as none. */
function pearson({ n, e, a, ee, aa, ea }: Sums): number {
	const [ve, va] = [ee - (e * e) / n, aa - (a * a) / n];
	if (!(ve > 1e-12 * ee && va > 1e-12 * aa)) return Number.NaN;
	return Math.max(-1, Math.min(1, (ea - (e * a) / n) / Math.sqrt(ve * va)));
}

function resampled(units: readonly Sums[]): Sums[] {
	const random = Rng.of(units.length).fork("bootstrap");
	return Array.from({ length: RESAMPLES }, () => total(units.map(() => units[random.integer(units.length)]!)));
}

function estimateOf(of: (sums: Sums) => number, all: Sums, draws: readonly Sums[]): Estimate {
	const values = draws
		.map(of)
		.filter((x) => !Number.isNaN(x))
		.sort((x, y) => x - y);
	const at = (q: number) => values[Math.round(q * (values.length - 1))] ?? Number.NaN;
	return { value: of(all), lo: at(0.025), hi: at(0.975) };
}
