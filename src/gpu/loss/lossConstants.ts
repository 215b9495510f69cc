import type { SurrogateConfig } from "../../engine/losses/surrogate";
import type { Constants } from "../device/kernel";

const RATIO = { none: 0, token: 1, item: 2, sequence: 2, sequenceToken: 3, mixed: 4 } as const;
const OBJECTIVE = { clip: 0, cispo: 1, sapo: 2, geometric: 3 } as const;
const AGGREGATION = { "token-mean": 0, "seq-mean-token-mean": 1, "seq-mean-token-sum": 2, constant: 3 } as const;
const COVARIANCE = { none: 0, clip: 1, kl: 2 } as const;
const KL = { k1: 1, k2: 2, k3: 3 } as const;

/** A surrogate loss as constants of `lossRows`. An item is the whole response here: executors know no smaller ones. */
export function surrogateConstants(config: SurrogateConfig): Constants {
	return {
		CLASSIFY: config.covariance === "none",
		WEIGHTED: false,
		RATIO: RATIO[config.ratio],
		SPAN_MEAN: config.spanLogRatio === "mean",
		MAX_LOG_RATIO: config.maxLogRatio,
		OBJECTIVE: OBJECTIVE[config.objective],
		CLIP_LOW: config.clipLow,
		CLIP_HIGH: config.clipHigh,
		SEQUENCE_CLIP_LOW: config.sequenceClipLow,
		SEQUENCE_CLIP_HIGH: config.sequenceClipHigh,
		MIX_BY_ENTROPY: config.mixBy === "entropy",
		DUAL_CLIP: config.dualClip,
		TAU_POSITIVE: config.tauPositive,
		TAU_NEGATIVE: config.tauNegative,
		COVARIANCE_MODE: COVARIANCE[config.covariance],
		COVARIANCE_KL_COEF: config.covarianceKlCoef,
		KL_ESTIMATOR: KL[config.klEstimator],
		KL_COEF: config.klCoef,
		KL_CLAMP: config.klClamp,
		ENTROPY_COEF: config.entropyCoef,
	};
}

/** Constants of the choice of tokens by covariance. */
export function covarianceConstants(config: SurrogateConfig): Constants {
	return {
		COVARIANCE_MODE: COVARIANCE[config.covariance],
		SHARE: config.covarianceShare,
		BAND_LOW: config.covarianceLow,
		BAND_HIGH: config.covarianceHigh,
		CLIP_LOW: config.clipLow,
		CLIP_HIGH: config.clipHigh,
	};
}

/** How token losses become one number. */
export function aggregationConstants({ aggregation, constant }: SurrogateConfig): Constants {
	return { AGGREGATION: AGGREGATION[aggregation], CONSTANT: constant };
}
