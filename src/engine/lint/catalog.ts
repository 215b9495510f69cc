export { deadGroups, groupMean, lengthBias, mergedGroups, unevenGroups } from "./groupChecks";
export { explainedCredit, unexplainedCredit } from "./recomputeChecks";
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
