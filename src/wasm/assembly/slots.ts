// Places in the table by which the TypeScript side tells the module sizes and addresses. One word each. Read by both sides.

export enum Slot {
	// Sizes.
	layers,
	width,
	heads,
	vocab,
	/** Rows that a sequence may take: the model's context. */
	context,
	/** Bytes of one flat parameter buffer. */
	flatBytes,
	// Byte offsets inside a flat buffer; 0xffffffff where the model has no such tensor.
	tokenEmbedding,
	positionEmbedding,
	finalNormWeight,
	finalNormBias,
	head,
	headBias,
	valueWeight,
	valueBias,
	/** First block, and bytes from block to block. */
	block,
	blockBytes,
	norm1Weight,
	norm1Bias,
	qkvWeight,
	qkvBias,
	attentionWeight,
	attentionBias,
	norm2Weight,
	norm2Bias,
	fcWeight,
	fcBias,
	projectionWeight,
	projectionBias,
	// Addresses of whole buffers.
	/** Gradient sums, one flat buffer per lane. */
	gradients,
	firstMoment,
	secondMoment,
	packedBackward,
	/** Input tokens [B, context], rows of each sequence [B] and the first row of each [B + 1]. */
	tokens,
	lengths,
	rowStarts,
	// Per layer [rows, …]: address, with `…Bytes` from layer to layer.
	rows,
	xhat1,
	norm1,
	rstd1,
	qkv,
	/** [B, heads, context, paddedContext] */
	attention,
	mixed,
	xhat2,
	norm2,
	rstd2,
	gelu,
	slope,
	attentionLayerBytes,
	// After the last block [rows, …].
	finalXhat,
	finalNorm,
	finalRstd,
	/** Logits; `classifierBackward` overwrites them with their gradient. */
	logits,
	// Per row: token to score (−1: none), machine state before it, results and gradients.
	targets,
	states,
	logProbs,
	entropies,
	values,
	dlogProbs,
	dentropies,
	dvalues,
	/** The task's machine: weight, next state and reward [states, vocab], actor [states] in bytes. */
	legal,
	nextStates,
	transitionRewards,
	actors,
	// A rollout request: prompts [prompts, promptCapacity], their lengths and start states, random keys [B, 4].
	groupSize,
	promptCapacity,
	responseCapacity,
	topK,
	promptTokens,
	promptLengths,
	startStates,
	/** Most tokens that a row may take after its prompt, per prompt. */
	responseLimits,
	/** Branches of a group at its prompt and after every `segment` tokens; 1: rows are independent. */
	branching,
	segment,
	policyKeys,
	environmentKeys,
	/** 1: the rollouts in the arena are under way and go on from their lengths and ends. */
	isGiven,
	// Rollouts [B, responseCapacity], and per rollout: number of tokens, state after the last, value there.
	outTokens,
	outStates,
	outMask,
	outLogProbs,
	outEntropies,
	outRewards,
	outValues,
	outLengths,
	outEnds,
	outBootstraps,
	// Decoding, one row a sequence: activations, and keys [B, layers, width, paddedContext] and values [B, layers, context, width].
	decodeStream,
	decodeNorm,
	decodeXhat,
	decodeRstd,
	decodeQkv,
	decodeMixed,
	decodeHidden,
	decodeLogits,
	decodeValues,
	/** Sequence of each row, and row of each sequence or −1. */
	decodeSequences,
	decodeRows,
	keyCache,
	valueCache,
	// Scratch of one thread and bytes from thread to thread.
	scratch,
	scratchBytes,
	/** Largest number of rows of one chunk. */
	chunkRows,
	COUNT,
}
