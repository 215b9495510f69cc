import type { Source } from "../credit/method";
import type { ParamTable, ParamValues } from "../spec/params";
import type { SurrogateConfig } from "./surrogate";

/** A policy loss by name: a table of parameters and what they mean for the one surrogate. */
export interface Loss<P extends ParamTable = ParamTable> {
	readonly id: string;
	readonly title: string;
	/** One sentence for a student. */
	readonly summary: string;
	readonly source: Source;
	readonly params: P;
	/** Parameter values that differ from the defaults, by name of the implementation. */
	readonly presets: Readonly<Record<string, Partial<ParamValues<P>>>>;
	/** What differs from `PLAIN` at these parameters. */
	config(params: ParamValues<P>): Partial<SurrogateConfig>;
}

/** A loss of any parameters: `config` is only called with what its own table describes. */
export type AnyLoss = Omit<Loss, "presets" | "config"> & {
	readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	config(params: Readonly<Record<string, unknown>>): Partial<SurrogateConfig>;
};

/** Declares a loss; its parameters get their types from the table. */
export function defineLoss<const P extends ParamTable>(loss: Loss<P>): AnyLoss {
	return loss as unknown as AnyLoss;
}

/** The clipped token-level surrogate with its options off. */
export const PLAIN: SurrogateConfig = {
	ratio: "token",
	spanLogRatio: "mean",
	maxLogRatio: 20,
	objective: "clip",
	clipLow: 0.2,
	clipHigh: 0.2,
	sequenceClipLow: 3e-4,
	sequenceClipHigh: 4e-4,
	mixBy: "half",
	dualClip: 0,
	tauPositive: 1,
	tauNegative: 1.05,
	covariance: "none",
	covarianceShare: 2e-4,
	covarianceLow: 1,
	covarianceHigh: 5,
	covarianceKlCoef: 1,
	aggregation: "token-mean",
	constant: 1,
	klEstimator: "k3",
	klCoef: 0,
	klClamp: 0,
	entropyCoef: 0,
};
