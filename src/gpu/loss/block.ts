/** Token sections `[R·T]` of a minibatch as the loss sees it, in order; words, floats among them as bits. */
const TOKEN_SECTIONS = [
	"target",
	"state",
	"flags",
	"oldLogProb",
	"oldEntropy",
	"advantage",
	"refLogProb",
	"logProb",
	"entropy",
	"partition",
	"slope",
	"covariance",
	"valueError",
	"oldValue",
] as const;
export type TokenSection = (typeof TOKEN_SECTIONS)[number];

/** Row sections `[R]`, after the tokens. */
const ROW_SECTIONS = [
	"prompt",
	"count",
	"loss",
	"clipped",
	"klBehaviour",
	"klReference",
	"broken",
	"tokens",
	"valueLoss",
] as const;
export type RowSection = (typeof ROW_SECTIONS)[number];

/** Bits of `flags`: the policy's own token; one that the loss counts. */
export const ACTED = 1;
export const SCORED = 2;

/** Where everything lies in the block of R rows with T response tokens. */
export class BlockLayout {
	constructor(
		readonly R: number,
		readonly T: number,
	) {}

	get words(): number {
		return TOKEN_SECTIONS.length * this.R * this.T + ROW_SECTIONS.length * this.R;
	}
	/** First word of a token section. */
	token(section: TokenSection): number {
		return TOKEN_SECTIONS.indexOf(section) * this.R * this.T;
	}
	/** First word of a row section. */
	row(section: RowSection): number {
		return TOKEN_SECTIONS.length * this.R * this.T + ROW_SECTIONS.indexOf(section) * this.R;
	}
}

/** Words of the metrics buffer: sums over the step's rollouts, then `UPDATE` for each optimiser step. */
export const STEP = {
	returns: 0,
	success: 1,
	lengths: 2,
	tokens: 3,
	entropy: 4,
	deadGroups: 5,
	sampled: 6,
	length: 8,
} as const;
export const UPDATE = {
	loss: 0,
	clipped: 1,
	klBehaviour: 2,
	klReference: 3,
	broken: 4,
	tokens: 5,
	gradientNorm: 6,
	finite: 7,
	valueLoss: 8,
	length: 12,
} as const;
