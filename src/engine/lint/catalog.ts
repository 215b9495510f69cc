export { deadGroups, groupMean, lengthBias, lengthCredit, mergedGroups, mixedFiles, unevenGroups } from "./groupChecks";
export { explainedCredit, oddCredit, unexplainedCredit } from "./recomputeChecks";
export { repeatedSteps } from "./stepChecks";
export {
	badMask,
	constantCredit,
	creditOffMask,
	hugeRewards,
	impossibleLogProbs,
	missingNumbers,
	retokenised,
	rewardSum,
	samplerDrift,
	truncatedRollouts,
} from "./tokenChecks";
export { lastTurnOnly } from "./turnChecks";
