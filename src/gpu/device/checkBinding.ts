import { InvalidInput } from "../../engine/core/errors";

/**
 * So many words, if the adapter binds them in one buffer.
 * @param what for the sentence: "Credit needs … bytes for {what} and the adapter binds …".
 * @throws InvalidInput
 */
export function checkBinding({ limits }: GPUDevice, what: string, words: number): number {
	const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
	if (4 * words <= most) return words;
	throw new InvalidInput(
		`Credit needs ${4 * words} bytes for ${what} and the adapter binds ${most}; use fewer rollouts or --backend cpu.`,
	);
}
