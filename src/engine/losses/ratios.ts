import { MAX_EXPONENT } from "./klEstimators";
import type { SurrogateConfig, SurrogateInput } from "./surrogate";

/** Log-ratios of a batch at the levels that a loss asks for. */
export interface LogRatios {
	/** Of each token, cut to [−20, maxLogRatio] `[n]`, and whether it was cut. */
	readonly token: Float64Array;
	readonly cut: Uint8Array;
	/** Of the span that each token belongs to, cut likewise `[n]`. */
	readonly span: Float64Array;
	readonly spanCut: Uint8Array;
	/** Span of each token `[n]` and tokens of each span. */
	readonly spans: Int32Array;
	readonly spanCount: Float64Array;
	/** The one that the loss compares, for reports `[n]`. */
	readonly compared: Float64Array;
}

/** log ρ = log p − log p_old, of tokens and of their spans (items, or whole responses). */
export function logRatiosOf(config: SurrogateConfig, input: SurrogateInput): LogRatios {
	const raw = input.logProbs.map((lp, i) => lp - input.oldLogProbs[i]!);
	const { spans, spanCount } = spansOf(config, input);
	const sums = new Float64Array(spanCount.length);
	for (let i = 0; i < raw.length; i++) sums[spans[i]!]! += raw[i]!;
	const ofSpan = (s: number) => (config.spanLogRatio === "mean" ? sums[s]! / spanCount[s]! : sums[s]!);
	const span = Float64Array.from(spans, ofSpan);
	const limit = (x: number) => Math.max(-MAX_EXPONENT, Math.min(config.maxLogRatio, x));
	const beyond = (x: number) => (x > config.maxLogRatio || x < -MAX_EXPONENT ? 1 : 0);
	const token = raw.map(limit);
	const cutSpan = span.map(limit);
	const bySpan = config.ratio === "item" || config.ratio === "sequence" || config.ratio === "sequenceToken";
	return {
		token,
		cut: Uint8Array.from(raw, beyond),
		span: cutSpan,
		spanCut: Uint8Array.from(span, beyond),
		spans,
		spanCount,
		compared: bySpan ? cutSpan : token,
	};
}

function spansOf({ ratio }: SurrogateConfig, { rows, items, B }: SurrogateInput) {
	const spans = ratio === "item" && items ? numbered(rows, items) : rows;
	const spanCount = new Float64Array(Math.max(B, spans.reduce((a, b) => Math.max(a, b), -1) + 1));
	for (const s of spans) spanCount[s]! += 1;
	return { spans, spanCount };
}

/** Consecutive numbers for the distinct (row, item) pairs. */
function numbered(rows: Int32Array, items: Int32Array): Int32Array {
	const numbers = new Map<string, number>();
	return rows.map((row, i) => {
		const name = `${row} ${items[i]}`;
		const number = numbers.get(name) ?? numbers.size;
		numbers.set(name, number);
		return number;
	});
}
