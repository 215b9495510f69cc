/** Saves bytes or text as a file on this machine. */
export function download(name: string, content: BlobPart | Blob, type: string): void {
	const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
	const anchor = document.createElement("a");
	anchor.href = address;
	anchor.download = name;
	anchor.click();
	URL.revokeObjectURL(address);
}
