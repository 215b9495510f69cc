export { deadGroups, groupMean, lengthBias, lengthCredit, mergedGroups, unevenGroups } from "./groupChecks";
export { explainedCredit, oddCredit, unexplainedCredit } from "./recomputeChecks";
export {
	badMask,
	constantCredit,
	creditOffMask,
	impossibleLogProbs,
	missingNumbers,
	retokenised,
	rewardSum,
	samplerDrift,
	truncatedRollouts,
} from "./tokenChecks";
export { lastTurnOnly } from "./turnChecks";
