export {
	areal,
	inspectSample,
	openAiCompletions,
	openAiMessages,
	rlLoggingBoard,
	roll,
	skyRl,
	trl,
	verifiersResults,
	verl,
} from "./textWriters";
export { atropos, nemoRl, primeRlTokens, rllm, tinker, verifiersTraces } from "./tokenWriters";
export { loggedTable, trackioTraces } from "./trackerWriters";
