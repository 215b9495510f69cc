/** GPUBufferUsage; the global is missing outside browsers. */
export const USAGE = {
	mapRead: 1,
	copySource: 4,
	copyTarget: 8,
	uniform: 64,
	storage: 128,
	queryResolve: 512,
} as const;
